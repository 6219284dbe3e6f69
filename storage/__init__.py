"""What is kept: records in, records out. The only place with SQL."""

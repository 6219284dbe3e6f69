"""For offices: printed forms, the season report, and those who read nothing else."""

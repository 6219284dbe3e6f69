"""The desk of a coordinator: the digest, the charts, import files, and what was set aside."""

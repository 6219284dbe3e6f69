"""What is typed as `obhvat …` besides `run`: each a file, called by `bot/cli.py`."""

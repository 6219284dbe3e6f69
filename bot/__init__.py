"""The running process: the only place that touches the network, the clock, files and the environment."""

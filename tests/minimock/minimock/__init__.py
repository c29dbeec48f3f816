"""A stand-in for mock: its command line, configuration files, logs, results and exit codes."""

VERSION = "6.7+minimock"

"""The commands of ``swhub``, one module each; the table is in hub/cli.py."""

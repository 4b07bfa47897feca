"""``python -m hub``: the command line, where no script is on the path."""

from hub.cli import main

if __name__ == "__main__":
    main(prog_name="swhub")

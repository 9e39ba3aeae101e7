"""`python -m lockwork` is the command `lockwork`."""

from lockwork.cli.start import main

if __name__ == "__main__":
    main()

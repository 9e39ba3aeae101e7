"""`python -m lockwork` is the command `lockwork`."""

from lockwork.cli.start import main

main()

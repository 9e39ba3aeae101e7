"""`python -m lockwork` is the command `lockwork`."""

from lockwork.cli.main import main

main()

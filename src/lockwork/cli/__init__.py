"""The command line: words in, a Client asked, answers out. A file per noun; `main` is the door."""

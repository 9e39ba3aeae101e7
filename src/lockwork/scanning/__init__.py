"""Credentials in the clear: looked for in components and in files, by shape, by name, and by value."""

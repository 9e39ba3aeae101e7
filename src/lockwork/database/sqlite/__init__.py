"""The embedded database: one SQLite file, by the interpreter's own driver."""

"""What the files of a store in a folder are called. Loaded by whoever must know a name and opens nothing."""

DATABASE_FILE = "lockwork.db"
KEYRING_FILE = "keyring"
LOCK_FILE = "store.lock"
"""Held by who makes the store, or puts another in its place."""
OPEN_FILE = "open.lock"
"""Held, together, by all who have the store open."""

"""What Lockwork is about, as plain data and pure functions: no I/O, no clock, no package but msgspec."""

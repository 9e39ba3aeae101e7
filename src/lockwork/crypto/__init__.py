"""Which key seals what, in which context: bytes in, bytes out. Knows no names, no SQL, no environment."""

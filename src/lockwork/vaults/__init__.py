"""Where the values of secrets lie: built in, or an outside secret manager."""

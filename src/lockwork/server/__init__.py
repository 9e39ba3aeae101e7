"""Lockwork over HTTP: the same gate, for a team."""

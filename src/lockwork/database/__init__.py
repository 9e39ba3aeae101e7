"""Rows and nothing else: SQL beside the verb that needs it. Never opens a sealed value."""

"""Flavors: what a provider declares, and what it does. Knows no database, no client and no secret's name."""

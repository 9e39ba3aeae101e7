"""The typed Client, and the gateways that it can speak through."""

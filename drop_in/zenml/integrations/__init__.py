"""What ZenML's integrations are imported for, where Lockwork has the same."""

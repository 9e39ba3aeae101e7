"""The command `zenml`: Lockwork's own commands under ZenML's names and options."""

# As there: `zenml.cli.cli` is the group, and `from zenml.cli.cli import cli` gives it too.
from zenml.cli.cli import cli as cli

__all__ = ["cli"]

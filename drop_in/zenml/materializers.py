"""Not here: see the table."""

from zenml.table import refusal

raise refusal("zenml.materializers")

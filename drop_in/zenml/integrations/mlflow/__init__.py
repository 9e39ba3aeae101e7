"""MLflow: where it tracks to, and what a step may set."""

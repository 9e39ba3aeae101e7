"""What may be set for MLflow."""

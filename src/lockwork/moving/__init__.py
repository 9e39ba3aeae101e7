"""Ways in and out for a whole store: from elsewhere, and into a file and back."""

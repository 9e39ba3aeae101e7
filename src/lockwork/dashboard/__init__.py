"""What a person would rather do in a browser: pages rendered here, over a Client like everyone else's."""

"""Steps for Slack."""

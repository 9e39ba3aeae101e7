"""Slack: a step that posts."""

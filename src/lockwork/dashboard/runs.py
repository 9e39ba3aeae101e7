"""Runs: what ran, how it stands, what it printed, and why it was refused."""

from lockwork.dashboard.pages import Page

PAGES: tuple[Page, ...] = ()

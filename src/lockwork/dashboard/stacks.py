"""Stacks: put together, checked, and given the secrets that they lack."""

from lockwork.dashboard.pages import Page

PAGES: tuple[Page, ...] = ()

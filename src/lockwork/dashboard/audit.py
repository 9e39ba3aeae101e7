"""The audit trail: who did what, and whether it is whole."""

from lockwork.dashboard.pages import Page

PAGES: tuple[Page, ...] = ()

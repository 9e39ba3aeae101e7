"""The store itself: workspaces, root keys, health."""

from lockwork.dashboard.pages import Page

PAGES: tuple[Page, ...] = ()

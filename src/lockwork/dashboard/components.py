"""Components: registered by a form that their flavor makes."""

from lockwork.dashboard.pages import Page

PAGES: tuple[Page, ...] = ()

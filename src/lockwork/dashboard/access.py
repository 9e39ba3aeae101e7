"""Who may come in, and as what: users, members, service accounts, tokens."""

from lockwork.dashboard.pages import Page

PAGES: tuple[Page, ...] = ()

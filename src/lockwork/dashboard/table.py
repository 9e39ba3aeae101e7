"""THE table of pages: each noun's rows, and the one dashboard that is made of them."""

from lockwork.dashboard import access, account, audit, components, entry, runs, secrets, settings, stacks
from lockwork.dashboard.sessions import Entrance
from lockwork.dashboard.site import Dashboard

PAGES = (
    *entry.PAGES,
    *secrets.PAGES,
    *stacks.PAGES,
    *components.PAGES,
    *runs.PAGES,
    *audit.PAGES,
    *access.PAGES,
    *settings.PAGES,
    *account.PAGES,
)


def dashboard(entrance: Entrance) -> Dashboard:
    """All pages, over this way in."""
    return Dashboard(entrance, PAGES)

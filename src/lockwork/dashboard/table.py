"""THE table of pages: each noun's rows, and the one dashboard that is made of them."""

from lockwork.dashboard import access, account, audit, components, entry, runs, secrets, settings, stacks
from lockwork.dashboard.sessions import ByCode, ByLogIn
from lockwork.dashboard.site import Dashboard

PAGES = (
    *entry.EVERYWHERE,
    *secrets.PAGES,
    *stacks.PAGES,
    *components.PAGES,
    *runs.PAGES,
    *audit.PAGES,
    *access.PAGES,
    *settings.PAGES,
    *account.PAGES,
)


def team_dashboard(entrance: ByLogIn) -> Dashboard:
    """A server's: people come in by their passwords."""
    return Dashboard(entrance, (*PAGES, *entry.BY_LOG_IN))


def own_dashboard(entrance: ByCode) -> Dashboard:
    """Of a store of one's own: its browser comes in by a code."""
    return Dashboard(entrance, (*PAGES, *entry.by_code(entrance)))

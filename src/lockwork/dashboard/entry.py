"""Coming in and going: log-in, the first set-up, an invitation, one's own account, light and dark."""

from lockwork.crypto.passwords import MIN_CHARACTERS
from lockwork.dashboard import assets
from lockwork.dashboard.browsers import session_name
from lockwork.dashboard.cookies import shown_cookies
from lockwork.dashboard.pages import Answer, Ask, Data, For, Page, Shown, To, local
from lockwork.dashboard.sessions import ByCode
from lockwork.dashboard.site import THEMES, first_page
from lockwork.domain.errors import InvalidInput
from lockwork.domain.sensitive import Sensitive
from lockwork.messages.access import ChoosePassword, LogIn, SetUp


def log_in_page(ask: Ask) -> Answer:
    """The log-in, and nothing of what is behind it; who has a session, if it still is one, goes on."""
    path = local(ask.query.get("next", "/"))
    if path.startswith("/login"):
        path = "/"  # it leads on, and must not lead round
    if shown_cookies(ask.came.headers).get(ask.cookies.session):
        return To(path)
    if ask.is_embedded:
        return Shown("entry/code.html", "Log in", {"next": path})
    return Shown("entry/login.html", "Log in", {"next": path}, command=f"lockwork login {ask.cookies.origin}")


def log_in(ask: Ask) -> Answer:
    name, password = ask.form.text("name"), _hidden(ask, "password")
    made = ask.client.send(LogIn(name=name, password=password, label=session_name(ask.came), session=True))
    return _let_in(ask, made.text, local(ask.form.text("next")))


def set_up_page(ask: Ask) -> Answer:
    command = f"lockwork login {ask.cookies.origin} --setup"
    return Shown("entry/setup.html", "Set up this server", {"shortest": MIN_CHARACTERS}, command)


def set_up(ask: Ask) -> Answer:
    code, name, password = _hidden(ask, "code"), ask.form.text("name"), _chosen(ask)
    label = session_name(ask.came)
    made = ask.client.send(SetUp(code=code, name=name, password=password, label=label, session=True))
    return _let_in(ask, made.text, "/")


def invited_page(ask: Ask) -> Answer:
    command = f"lockwork login {ask.cookies.origin} --invited"
    return Shown("entry/invited.html", "Choose your password", {"shortest": MIN_CHARACTERS}, command)


def invited(ask: Ask) -> Answer:
    code, password, label = _hidden(ask, "code"), _chosen(ask), session_name(ask.came)
    made = ask.client.send(ChoosePassword(code=code, password=password, label=label, session=True))
    return _let_in(ask, made.text, "/")


def room(ask: Ask) -> Answer:
    """A workspace, by nothing more: its secrets."""
    return To(ask.at("secrets"))


def log_out(ask: Ask) -> Answer:
    from lockwork.messages.access import LogOut  # lazy: few ask

    everywhere = ask.form.has("everywhere")
    ask.client.send(LogOut(everywhere=everywhere))
    note = "logged-out-everywhere" if everywhere else "logged-out"
    return To("/login", note, cookies=(ask.cookies.forget(ask.cookies.session),))


def choose_theme(ask: Ask) -> Answer:
    """Light, dark, or as the system has it."""
    theme, cookies = ask.form.text("theme"), ask.cookies
    line = (
        cookies.set(cookies.theme, theme, is_kept=True) if theme in THEMES else cookies.forget(cookies.theme)
    )
    return To(local(ask.form.text("back")), cookies=(line,))


def static(ask: Ask) -> Answer:
    """A file that all pages use."""
    found = assets.asset(ask.fields["file"])
    return Data(found.body, found.media_type, is_kept=True)


def icon(_: Ask) -> Answer:
    """What browsers look for beside an answer that is no page, such as a revealed value."""
    found = assets.asset("lock.svg")
    return Data(found.body, found.media_type, is_kept=True)


def _hidden(ask: Ask, name: str) -> Sensitive:
    return Sensitive(ask.form.text(name).strip() if name == "code" else ask.form.text(name))


def _chosen(ask: Ask) -> Sensitive:
    if ask.form.text("password") != ask.form.text("again"):
        raise InvalidInput("the two passwords differ", hint="type the same password twice")
    return _hidden(ask, "password")


def _let_in(ask: Ask, session: Sensitive, path: str) -> To:
    line = ask.cookies.set(ask.cookies.session, session.reveal())
    return To(path, cookies=(line, ask.cookies.forget(ask.cookies.visit)))


EVERYWHERE = (
    Page("GET", "/", first_page),
    Page("GET", "/w/{workspace}", room),
    Page("GET", "/static/{edition}/{file}", static, For.EVERYONE),
    Page("GET", "/favicon.ico", icon, For.EVERYONE),
    Page("POST", "/theme", choose_theme, For.EVERYONE),
)
BY_LOG_IN = (
    Page("GET", "/login", log_in_page, For.EVERYONE),
    Page("POST", "/login", log_in, For.EVERYONE),
    Page("GET", "/setup", set_up_page, For.EVERYONE),
    Page("POST", "/setup", set_up, For.EVERYONE),
    Page("GET", "/invited", invited_page, For.EVERYONE),
    Page("POST", "/invited", invited, For.EVERYONE),
    Page("POST", "/logout", log_out),
)


def by_code(entrance: ByCode) -> tuple[Page, ...]:
    """The way in to a store of one's own. The code comes from a file that only its owner can read, so that
    it is on no command line, and proves that whoever sends it could read that."""

    def enter(ask: Ask) -> Answer:
        session = entrance.enter(_hidden(ask, "code"))
        if ask.came.headers.get("accept", "") == "application/json":
            return _let_in(ask, session, "/")
        # Not sent on: a browser that was led here from outside would show no cookie at the next page.
        return Shown("entry/entered.html", "Logged in", cookies=_let_in(ask, session, "/").cookies)

    def print_code(_: Ask) -> Answer:
        entrance.print_code()
        return To("/login", "code-printed")

    return (
        Page("GET", "/login", log_in_page, For.EVERYONE),
        Page("POST", "/code", print_code, For.EVERYONE),
        Page("POST", "/enter", enter, For.EVERYONE, is_from_outside=True),
    )

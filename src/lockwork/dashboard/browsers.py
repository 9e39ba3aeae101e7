"""Which browser comes, in a word, as whoever is logged in at several places knows it again.

What a browser says of itself is anyone's text: of it no letter is kept, only which of these words it fits.
"""

from lockwork.dashboard.pages import Came

_FAMILIES = (  # in this order: most also say to be what stands further down
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def session_name(came: Came) -> str:
    """`Firefox on Linux, from 192.0.2.7`: what a session is called in the list of log-ins."""
    says = came.headers.get("user-agent", "")
    family = next((word for sign, word in _FAMILIES if sign in says), "Browser")
    system = next((f" on {word}" for sign, word in _SYSTEMS if sign in says), "")
    return f"{family}{system}, from {came.address}" if came.address else f"{family}{system}"

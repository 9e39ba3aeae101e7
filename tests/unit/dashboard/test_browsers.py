"""What a session is called: a browser and a system in words of ours, and where it came from."""

from __future__ import annotations

import pytest

from lockwork.dashboard.browsers import session_name
from lockwork.dashboard.pages import Came

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"


@pytest.mark.parametrize(
    ("says", "called"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (f"{CHROME} Safari/537.36", "Chrome on Windows"),
        (f"{CHROME} Safari/537.36 Edg/130.0.0.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Gecko/132.0 Firefox/132.0", "Firefox on Android"),
        ("<script>alert(1)</script>" + "x" * 10_000, "Browser"),
        ("", "Browser"),
    ],
)
def test_a_session_is_called_by_its_browser(says: str, called: str) -> None:
    """Of what a browser says of itself no letter is kept."""
    came = Came("POST", "/login", {}, {}, {"user-agent": says}, b"", "192.0.2.7", "request")
    assert session_name(came) == f"{called}, from 192.0.2.7"

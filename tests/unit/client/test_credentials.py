"""Which URL is that of a server."""

import pytest

from lockwork.client.credentials import origin
from lockwork.domain.errors import InvalidInput


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1",
        "https://user:hidden-word@ex\u2100mple",
        "https://ex\x7fample",
        "https://example\udce4",
        "https://" + "a" * 64,
        "https://example:99999",
    ],
)
def test_what_is_no_url_is_refused_in_our_words(url: str) -> None:
    """Nothing of it is quoted, as a password may stand in it, and no failure of the parser's comes out."""
    with pytest.raises(InvalidInput, match="not the URL of a server") as caught:
        origin(url)
    assert "hidden-word" not in f"{caught.value}{caught.value.hint}"
    assert caught.value.__context__ is None


def test_a_name_in_any_script_is_one() -> None:
    """As browsers have it."""
    assert origin("https://b\u00fccher.example/") == "https://b\u00fccher.example"

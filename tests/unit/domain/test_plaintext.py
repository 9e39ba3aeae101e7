"""Credentials in the clear: noticed by shape or by name, and never quoted."""

import pytest

from lockwork.domain.plaintext import looks_like_credential


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("postgresql://admin:abc123@host/app", "URL with a password"),
        ("redis://:abc123@host", "URL with a password"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "private key"),
        ("AKIAIOSFODNN7EXAMPLE", "AWS"),
        ("x ghp_" + "a" * 36, "GitHub"),
        ("glpat-" + "a" * 20, "GitLab"),
        ("xoxb-1234567890-abc", "Slack token"),
        ("https://hooks.slack.com/services/T000/B000/xyz", "webhook"),
        ("sk-proj-" + "a1" * 12, "API key"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abcdefgh", "JWT"),
    ],
)
def test_known_shapes_are_noticed(text: str, what: str) -> None:
    """A text of a credential's shape is noticed under any attribute, and the reason does not quote it."""
    reason = looks_like_credential("uri", text)
    assert reason is not None
    assert what in reason
    assert text[-6:] not in reason


@pytest.mark.parametrize(
    "name", ["password", "tracking_password", "API-KEY", "apiKey", "aws_secret_access_key", "token", "secret"]
)
def test_telling_names_are_noticed(name: str) -> None:
    """Plain text under a name like a credential's is noticed."""
    assert looks_like_credential(name, "abc123") is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uri", "postgresql://{{db.user}}:{{db.pw}}@host/app"),
        ("uri", "https://example.com:8080/a@b"),
        ("uri", "s3://bucket/prefix"),
        ("password", "{{db.pw}}"),
        ("password", ""),
        ("ask_password", "true"),
        ("password_file", "/run/pw"),
        ("token_url", "https://login.example.com"),
        ("max_tokens", "100"),
        ("key", "value"),
        ("author", "sk-learn"),
        ("css", ".sk-toggleable__label-arrow"),
    ],
)
def test_ordinary_text_is_not(name: str, text: str) -> None:
    """References, addresses, paths and empty values raise no alarm."""
    assert looks_like_credential(name, text) is None


def test_long_text_is_read_in_one_walk() -> None:
    """A megabyte of almost-credentials is read quickly; a quadratic walk would outlast the time limit."""
    for piece in ("a.", "eyJ-", "sk-a-", "-----BEGIN ", "x://", "a:a@"):
        looks_like_credential("notes", piece * 300_000)

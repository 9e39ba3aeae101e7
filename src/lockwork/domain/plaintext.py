"""What a credential in the clear looks like. Cautious: a false alarm on every host name would go unread."""

import re
from collections.abc import Iterator

from lockwork.domain import references

# The last words of an attribute's name that holds a credential: `tracking_password`, never `password_file`.
_NAMED_LIKE_ONE = re.compile(
    r"(?:password|passwd|passphrase|(?:^|_)(?:pwd|secret|token|credentials?"
    r"|(?:api|secret|private|access|account|encryption|signing)_?key|connection_string))$"
)
_SAYS_NOTHING = frozenset({"true", "false", "yes", "no", "on", "off", "none", "null"})

# Looking behind instead of `\b` keeps the open-ended ones linear in a long text of dashes and dots.
_SHAPES = (
    (re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"), "a private key", ("PRIVATE KEY",)),
    (
        re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*://[^\s/?#:@]*:(?P<secret>[^\s/?#@]+)@", re.IGNORECASE),
        "a URL with a password",
        ("://",),
    ),
    (
        re.compile(r"https://hooks\.slack\.com/(?:services|workflows)/\w"),
        "a Slack webhook",
        ("hooks.",),
    ),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "an AWS access key", ("AKIA", "ASIA")),
    (re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22}"), "a GitHub token", ("gh", "github_pat_")),
    (re.compile(r"\bgl(?:pat|dt|ft|rt|soat|cbt|ptt|imt|oas|agent)-[\w-]{20}"), "a GitLab token", ("gl",)),
    (re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10}"), "a Slack token", ("xox",)),
    (re.compile(r"\bAIza[\w-]{35}"), "a Google API key", ("AIza",)),
    (re.compile(r"\bhf_[A-Za-z0-9]{30}"), "a Hugging Face token", ("hf_",)),
    (re.compile(r"\b[sr]k_live_[A-Za-z0-9]{16}"), "a Stripe key", ("k_live_",)),
    (re.compile(r"\bsk-(?=[A-Za-z_-]{0,30}\d)[\w-]{20}"), "an API key", ("sk-",)),
    (re.compile(r"\bdapi[0-9a-f]{32}"), "a Databricks token", ("dapi",)),
    (
        re.compile(r"\bnpm_[A-Za-z0-9]{36}|\bpypi-[\w-]{32}"),
        "a package registry's token",
        ("npm_", "pypi-"),
    ),
    (
        re.compile(r"\blwk1_[\w-]{40}|\blkw_[\w-]{16}"),
        "a key or token of Lockwork's own",
        ("lwk1_", "lkw_"),
    ),
    (
        re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8}"),
        "a signed token (JWT)",
        ("eyJ",),
    ),
)
"""Each with what is quickly seen to be missing: text of which it holds none has not that shape."""

NAMED = "plain text, named like a credential"


def looks_like_credential(attribute_name: str, text: str) -> str | None:
    """Why this attribute seems to hold a credential in the clear, without quoting it; None if it does not."""
    kind = kind_of_credential(attribute_name, text)
    if kind == NAMED:
        return f"{attribute_name} is named like a credential and holds plain text"
    return kind and f"{attribute_name} looks like it holds {kind}"


def kind_of_credential(attribute_name: str, text: str) -> str | None:
    """What this attribute seems to hold in the clear: `an AWS access key`, or `NAMED`; None if nothing."""
    for what, _ in shapes_in(references.fill(text, lambda _: "")):
        return what
    return NAMED if is_named_like_one(attribute_name) and _is_telling(text) else None


def shapes_in(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Every place of a text that has a credential's shape, and which; a group `secret` is its core."""
    for shape, what, hints in _SHAPES:
        if any(hint in text for hint in hints):
            yield from ((what, match) for match in shape.finditer(text))


def is_named_like_one(name: str) -> bool:
    """Whether what is called so holds a credential: `apiKey`, `tracking_password`, not `password_file`."""
    return bool(_NAMED_LIKE_ONE.search(_words(name)))


def _words(attribute_name: str) -> str:
    """`apiKey`, `API-KEY` and `api_key` alike."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", attribute_name)
    return spaced.replace("-", "_").replace(".", "_").lower()


def _is_telling(text: str) -> bool:
    plain = text.strip()
    return bool(plain) and plain.lower() not in _SAYS_NOTHING and not references.has_reference(plain)

"""What a credential in the clear looks like. Cautious: a false alarm on every host name would go unread."""

import re

from lockwork.domain import references

# The last words of an attribute's name that holds a credential: `tracking_password`, never `password_file`.
_NAMED_LIKE_ONE = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|passphrase|secret|token|credentials?"
    r"|(?:api|secret|private|access|account|encryption|signing)_?key|connection_string)$"
)
_SAYS_NOTHING = frozenset({"true", "false", "yes", "no", "on", "off", "none", "null"})

# Looking behind instead of `\b` keeps the open-ended ones linear in a long text of dashes and dots.
_SHAPES = (
    (re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"), "a private key"),
    (
        re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*://[^\s/?#:@]*:[^\s/?#@]+@", re.IGNORECASE),
        "a URL with a password",
    ),
    (re.compile(r"https://hooks\.slack\.com/(?:services|workflows)/\w", re.IGNORECASE), "a Slack webhook"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "an AWS access key"),
    (re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22}"), "a GitHub token"),
    (re.compile(r"\bglpat-[\w-]{20}"), "a GitLab token"),
    (re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10}"), "a Slack token"),
    (re.compile(r"\bAIza[\w-]{35}"), "a Google API key"),
    (re.compile(r"\bhf_[A-Za-z0-9]{30}"), "a Hugging Face token"),
    (re.compile(r"\b[sr]k_live_[A-Za-z0-9]{16}"), "a Stripe key"),
    (re.compile(r"\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20}"), "an API key"),
    (re.compile(r"\bdapi[0-9a-f]{32}"), "a Databricks token"),
    (re.compile(r"\bnpm_[A-Za-z0-9]{36}|\bpypi-[\w-]{32}"), "a package registry's token"),
    (re.compile(r"\blwk1_[\w-]{40}|\blkw_[\w-]{16}"), "a key or token of Lockwork's own"),
    (re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8}"), "a signed token (JWT)"),
)


def looks_like_credential(attribute_name: str, text: str) -> str | None:
    """Why this attribute seems to hold a credential in the clear, without quoting it; None if it does not."""
    literal = references.fill(text, lambda _: "")
    for shape, what in _SHAPES:
        if shape.search(literal):
            return f"{attribute_name} looks like it holds {what}"
    if _NAMED_LIKE_ONE.search(_words(attribute_name)) and _is_telling(text):
        return f"{attribute_name} is named like a credential and holds plain text"
    return None


def _words(attribute_name: str) -> str:
    """`apiKey`, `API-KEY` and `api_key` alike."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", attribute_name)
    return spaced.replace("-", "_").replace(".", "_").lower()


def _is_telling(text: str) -> bool:
    plain = text.strip()
    return bool(plain) and plain.lower() not in _SAYS_NOTHING and not references.has_reference(plain)

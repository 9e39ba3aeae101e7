"""Text → the lines that hold a credential, and of which kind.

Three who know: the shapes of `domain.plaintext`, the patterns of the library detect-secrets, and names that
are given plain text (`assignments`). Of detect-secrets only the patterns are asked (`analyze_string`): what
it calls verification, which sends a credential to its provider, is reachable by no path from here.
"""

import logging
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import PurePath
from typing import NamedTuple

_shown = warnings.showwarning
from detect_secrets.filters import allowlist  # noqa: E402 - what its import changes is put back below
from detect_secrets.plugins import (  # noqa: E402 - as above
    artifactory,
    aws,
    azure_storage_key,
    base,
    cloudant,
    discord,
    ibm_cloud_iam,
    ibm_cos_hmac,
    jwt,
    mailchimp,
    pypi_token,
    sendgrid,
    slack,
    softlayer,
    square_oauth,
    stripe,
    telegram_token,
    twilio,
)
from detect_secrets.util.code_snippet import get_code_snippet  # noqa: E402 - as above

from lockwork.domain.plaintext import shapes_in  # noqa: E402 - as above
from lockwork.domain.scans import Finding  # noqa: E402 - as above
from lockwork.scanning.assignments import assigned_in, is_placeholder, is_plausible  # noqa: E402 - as above
from lockwork.scanning.known import KIND, Known  # noqa: E402 - as above

if warnings.showwarning is not _shown:
    logging.captureWarnings(False)  # the library turns every warning of this process into a log line


class Hit(NamedTuple):
    """A line with a credential in the clear."""

    line: int
    kind: str


class _Rule(NamedTuple):
    """A detector of the library's. It is asked only where one of `hints` stands, in lower case."""

    detector: base.RegexBasedDetector
    kind: str
    hints: tuple[str, ...] = ()


# Not among them: entropy alone (checksums, images in notebooks), addresses, what our shapes tell better, and
# patterns that take a long line's length squared.
_RULES = (
    _Rule(aws.AWSKeyDetector(), "an AWS access key"),
    _Rule(artifactory.ArtifactoryDetector(), "an Artifactory credential"),
    _Rule(azure_storage_key.AzureStorageKeyDetector(), "an Azure storage key", ("accountkey",)),
    _Rule(cloudant.CloudantDetector(), "a Cloudant credential", ("cloudant",)),
    _Rule(discord.DiscordBotTokenDetector(), "a Discord token"),
    _Rule(ibm_cloud_iam.IbmCloudIamDetector(), "an IBM Cloud key", ("ibm",)),
    _Rule(ibm_cos_hmac.IbmCosHmacDetector(), "an IBM storage key", ("ibm", "hmac")),
    _Rule(jwt.JwtTokenDetector(), "a signed token (JWT)", ("eyj",)),
    _Rule(mailchimp.MailchimpDetector(), "a Mailchimp key", ("-us",)),
    _Rule(pypi_token.PypiTokenDetector(), "a package registry's token", ("pypi-",)),
    _Rule(sendgrid.SendGridDetector(), "a SendGrid key", ("sg.",)),
    _Rule(slack.SlackDetector(), "a Slack token", ("xox", "hooks.slack")),
    _Rule(softlayer.SoftlayerDetector(), "a SoftLayer credential", ("softlayer",)),
    _Rule(square_oauth.SquareOAuthDetector(), "a Square secret", ("sq0csp-",)),
    _Rule(stripe.StripeDetector(), "a Stripe key", ("k_live_",)),
    _Rule(telegram_token.TelegramBotTokenDetector(), "a Telegram token"),
    _Rule(twilio.TwilioKeyDetector(), "a Twilio key"),
)
_LONGEST, _OVERLAP = 8192, 512
"""A longer line is looked at in pieces: some patterns take its length squared."""

_ALLOWED = re.compile(r"\blockwork:\s*allow\b")
_ALONE = re.compile(r"\W*\blockwork:\s*allow\b\W*$")
# What tells these from code that only names them.
_GOES_ON = {
    "a private key": re.compile(r"""(?:\\+[nr]|[\s"'`+,|])*(?:[A-Za-z0-9+/=]{32}|[A-Za-z-]+: )"""),
    "a Slack webhook": re.compile(r"[\w/]{20}"),
}
_REPEATED = re.compile(r"(.)\1{5}")
_COUNTED = re.compile(r"abcdef|123456|012345", re.IGNORECASE)


def findings_in(text: str, path: PurePath, name: str, known: Known) -> list[Finding]:
    """What a file holds, by line. Where a line holds a value of the store, that says all."""
    lines = text.split("\n")
    values = dict(known.lines_in(text))
    found = [
        Finding(where="file", name=name, line=line, kind=KIND, instead=str(reference))
        for line, reference in values.items()
        if not is_allowed(lines, line, path)
    ]
    found += [
        Finding(where="file", name=name, line=hit.line, kind=hit.kind)
        for hit in hits_in(text, path)
        if hit.line not in values
    ]
    return sorted(found, key=lambda finding: finding.line or 0)


class _Found(NamedTuple):
    """`secret` is for comparing alone: no answer holds it."""

    line: int
    kind: str
    secret: str


def hits_in(text: str, path: PurePath) -> list[Hit]:
    """Each credential's line, in order; what a comment allows is left out."""
    lines = text.split("\n")
    pieces = _Pieces(lines)
    kept: dict[int, list[_Found]] = {}
    # In this order: of two that tell of one credential, the first knows more.
    for found in (*_by_shape(pieces), *_by_rule(pieces), *_by_name(pieces, path)):
        others = kept.setdefault(found.line, [])
        if not any(found.secret in other.secret or other.secret in found.secret for other in others):
            others.append(found)
    return [
        Hit(line, found.kind)
        for line in sorted(kept)
        if not is_allowed(lines, line, path)
        for found in kept[line]
    ]


def kind_in(text: str) -> str | None:
    """What the library's patterns say of a text that stands alone."""
    return next((found.kind for found in _by_rule(_Pieces(text.split("\n")))), None)


def is_allowed(lines: list[str], line: int, path: PurePath) -> bool:
    """Whether a comment on this line, or alone on the one before, says that it is meant."""
    if _ALLOWED.search(lines[line - 1]) or (line > 1 and _ALONE.match(lines[line - 2])):
        return True
    return allowlist.is_line_allowlisted(
        str(path), lines[line - 1].rstrip(), get_code_snippet(lines, line_number=line)
    )


class _Pieces:
    """Lines, long ones cut into pieces that overlap; and all of them as one text."""

    def __init__(self, lines: list[str]) -> None:
        self.each = [(n, piece) for n, line in enumerate(lines, start=1) for piece in _cut(line)]
        self.body = "\n".join(piece for _, piece in self.each)
        self._starts = [0, *accumulate(len(piece) + 1 for _, piece in self.each)]

    def line_at(self, offset: int) -> int:
        """The line of a place in `body`."""
        return self.each[bisect_right(self._starts, offset) - 1][0]


def _cut(line: str) -> Iterator[str]:
    for start in range(0, max(1, len(line) - _OVERLAP), _LONGEST - _OVERLAP):
        yield line[start : start + _LONGEST]


def _by_shape(pieces: _Pieces) -> Iterator[_Found]:
    for kind, match in shapes_in(pieces.body):
        secret = match.groupdict().get("secret") or match[0]
        if _is_real(kind, secret, match):
            yield _Found(pieces.line_at(match.start()), kind, secret)


def _is_real(kind: str, secret: str, match: re.Match[str]) -> bool:
    """Whether what has a credential's shape may well be one: not a header without a key, nor an example."""
    if kind in _GOES_ON:
        return bool(_GOES_ON[kind].match(match.string, match.end()))
    if "secret" in match.groupdict():
        return is_plausible("password", secret, any_word=True)
    return not _is_made_up(secret)


def _by_rule(pieces: _Pieces) -> Iterator[_Found]:
    """What the library's patterns find. The whole is asked first: most find nothing in most files."""
    lower = pieces.body.lower()
    for rule in _RULES:
        is_hinted = not rule.hints or any(hint in lower for hint in rule.hints)
        if not is_hinted or not any(True for _ in rule.detector.analyze_string(pieces.body)):
            continue
        for line, piece in pieces.each:
            for secret in rule.detector.analyze_string(piece):
                if not _is_made_up(secret) and _stands_alone(secret, piece):
                    yield _Found(line, rule.kind, secret)


def _is_made_up(secret: str) -> bool:
    return bool(is_placeholder(secret) or _REPEATED.search(secret) or _COUNTED.search(secret))


def _stands_alone(secret: str, piece: str) -> bool:
    """Not a part of something longer, such as a checksum or a gene."""
    before, _, after = piece.partition(secret)
    return not (
        (secret[0].isalnum() and before[-1:].isalnum()) or (secret[-1].isalnum() and after[:1].isalnum())
    )


def _by_name(pieces: _Pieces, path: PurePath) -> Iterator[_Found]:
    for assigned in assigned_in(pieces.body, path):
        yield _Found(pieces.line_at(assigned.start), assigned.kind, assigned.secret)

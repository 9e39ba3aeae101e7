"""The API described: `/openapi.json` for programs, `/docs` for people, rendered here without any script."""

from functools import cache
from html import escape
from itertools import groupby

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from lockwork.dashboard import assets
from lockwork.server.paths import Answering
from lockwork.wire.openapi import document
from lockwork.wire.outline import Field, Type, Verb, outline

_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STYLE = """\
main { margin: 0 auto }
h2 { margin-top: 48px; border-bottom: 1px solid var(--line) }
h3 { margin: 32px 0 0; font-family: var(--mono); overflow-wrap: anywhere }
table { border-collapse: collapse; margin: 8px 0; width: 100% }
td { border-top: 1px solid var(--line); padding: 4px 12px 4px 0; vertical-align: top }
td { overflow-wrap: anywhere }
td:first-child { min-width: 96px }
td:nth-child(2) { white-space: nowrap }
.method { display: inline-block; min-width: 64px; font-weight: 700 }
@media (max-width: 760px) {
  td { display: block; padding: 0; border: 0 }
  td:first-child { border-top: 1px solid var(--line); padding-top: 4px }
}
"""


def reference() -> dict[str, Answering]:
    """What anyone may read, also before the server is set up: it holds nothing of the store."""

    async def described(_: Request) -> Response:
        return Response(_described(), media_type="application/json")

    async def page(_: Request) -> Response:
        return Response(_page(), headers={"content-security-policy": _POLICY}, media_type="text/html")

    async def style(_: Request) -> Response:
        return Response(_STYLE, media_type="text/css")

    return {"/openapi.json": described, "/docs": page, "/docs/style.css": style}


@cache
def _described() -> bytes:
    return msgspec.json.encode(document())


@cache
def _page() -> str:
    verbs, types = outline()
    groups = [(noun, list(rows)) for noun, rows in groupby(verbs, key=lambda verb: verb.noun)]
    contents = " · ".join(f'<a href="#{noun}">{noun}</a>' for noun, _ in groups)
    parts = [f'<h2 id="{noun}">{noun}</h2>{"".join(map(_verb, rows))}' for noun, rows in groups]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lockwork API</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{assets.address_of("style.css")}">'
        '<link rel="stylesheet" href="/docs/style.css">'
        '</head><body><main><p><a href="/">Lockwork</a></p><h1>Lockwork API</h1>'
        '<p>For programs: <a href="/openapi.json">openapi.json</a>. A token is shown as '
        "<code>Authorization: Bearer lkw_…</code>; failures are problem details (RFC 9457).</p>"
        f'<p>{contents} · <a href="#types">types</a></p>{"".join(parts)}'
        f'<h2 id="types">types</h2>{"".join(map(_type, types))}</main></body></html>'
    )


def _verb(verb: Verb) -> str:
    failures = ", ".join(map(str, verb.failures))
    return (
        f'<h3 id="{verb.name}"><span class="method">{verb.method}</span> {escape(verb.path)}</h3>'
        f"<p>{_told(verb.about)} <span class=quiet>Needs {_told(verb.needs)}.</span></p>{_table(verb.fields)}"
        f"<p>Answers {verb.status}: {_told(verb.answer)} <span class=quiet>or {failures}</span></p>"
    )


def _type(told: Type) -> str:
    words = " · ".join(f"<code>{escape(word)}</code>" for word in told.words)
    return f'<h3 id="{told.name}">{told.name}</h3><p>{_told(told.about)} {words}</p>{_table(told.fields)}'


def _table(fields: tuple[Field, ...]) -> str:
    rows = (
        f"<tr><td><code>{escape(each.name)}</code></td><td>{escape(each.where)}</td>"
        f"<td>{_told(each.type)}</td><td>{_told(each.note)}</td></tr>"
        for each in fields
    )
    return f"<table>{''.join(rows)}</table>" if fields else ""


def _told(text: str) -> str:
    """Text with its `code` marked."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))

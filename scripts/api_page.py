"""docs/api.md, from the same outline as the page at `/docs`."""

from __future__ import annotations

from itertools import groupby

from lockwork.wire import problems
from lockwork.wire.outline import Field, Type, Verb, outline

ABOUT = """\
A server answers JSON over HTTP. It describes itself at `/openapi.json` (OpenAPI 3.1), and on a page at
`/docs`.

- **Who asks** is said by `Authorization: Bearer lkw_…`, the text of a token. A message below says what it
  needs.
- **What is asked** rides in the path, in the query of a GET, and in the JSON body of all else, which says
  `Content-Type: application/json`. An unknown field or parameter, a field that stands twice, and nesting
  over 64 are refused.
- **A list** is a page: `items`, `page` (from 1), `size`, `total`, and `counted`, false where counting
  stopped at `total`. Filters are parameters named by a field, such as `name=startswith:db`.
- **Versions**: the answer about one thing that has a version has it in `ETag`, as `"3"`. A change may
  demand it with `If-Match: "3"` or the field `if_version`; if somebody else wrote first it is 412 and
  nothing is changed.
- **Trying**: what takes a `dry_run` is then refused as it would be, and else told and not done.
- **Asking again**: a change that carries `Idempotency-Key` (1 to 128 visible ASCII characters, such as a
  UUID) is done once in 24 hours for each token and message. Asked again with the same fields it gets the
  same answer; with others it is 422. Only a change that was done is remembered. What told a secret text
  (a new token, an invitation) tells it once: asked again it is 409, and says so.
- **Failures** are problem details (RFC 9457) of media type `application/problem+json`: `type` says which,
  for programs; `detail` and `hint` are for people. Every answer has `X-Request-Id`, which the audit trail
  keeps too.
- **Waiting**: 429 says in `Retry-After` how many seconds to wait. Failed log-ins bring it on.
- No answer may be kept (`Cache-Control: no-store`), none is for pages of other origins (no CORS headers).
"""


def api_page(made: str) -> str:
    verbs, types = outline()
    parts = [f"# The HTTP API\n\n{made}\n", ABOUT, failures()]
    for noun, rows in groupby(verbs, key=lambda verb: verb.noun):
        parts += [f"## {noun}\n", *map(verb_part, rows)]
    return "\n".join([*parts, "## Types\n", *map(type_part, types)])


def failures() -> str:
    rows = [
        f"| {kind.status} | `urn:lockwork:problem:{kind.word}` | {', '.join(f'`{f}`' for f in kind.fields)} |"
        for kind in sorted(problems.KINDS, key=lambda kind: kind.status)
    ]
    return "\n".join(["| status | `type` | more fields |", "|---|---|---|", *rows]) + "\n"


def verb_part(verb: Verb) -> str:
    about = " ".join(verb.about.split())
    return (
        f"### {verb.name}\n\n`{verb.method} {verb.path}` → {verb.status} {verb.answer}\n\n"
        f"{about} Needs {verb.needs}.\n\n{fields_table(verb.fields, where=True)}"
    )


def type_part(told: Type) -> str:
    words = ", ".join(f"`{word}`" for word in told.words)
    about = " ".join(f"{told.about} {words}".split())
    return f"### {told.name}\n\n{about}\n\n{fields_table(told.fields, where=False)}"


def fields_table(fields: tuple[Field, ...], *, where: bool) -> str:
    if not fields:
        return ""
    rows = [
        f"| `{f.name}` | {f'{f.where} | ' if where else ''}{cell(f.type)} | {cell(f.note)} |" for f in fields
    ]
    head = "| field | in | type | |\n|---|---|---|---|" if where else "| field | type | |\n|---|---|---|"
    return "\n".join([head, *rows]) + "\n"


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")

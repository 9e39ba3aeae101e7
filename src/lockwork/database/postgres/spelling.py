"""Our statements as PostgreSQL and its driver spell them: the same words, but for what is listed here.

    :name, ?              %(name)s, %s, and a % that is meant as one is doubled
    json_each(:x)         json_each(CAST(%(x)s AS json))
    /* FOR UPDATE */      FOR UPDATE; so FOR SHARE. All other comments stay comments
    json_group_array(CASE typeof(x) WHEN 'text' THEN x END)     coalesce(CAST(json_agg(x) AS text), '[]')
    x GLOB (y ->> 0)      x LIKE the same in LIKE's words; y has no special character but *
    in migrations         INTEGER is BIGINT, BLOB is BYTEA, x'' is ''::bytea, and TEXT sorts by its bytes

What stands in quotation marks is left as it is.
"""

import re
from functools import lru_cache

_PARTS = re.compile(
    r"""
    json_group_array\( CASE\ typeof\( (?P<texts> [a-z_.]+ ) \)\ WHEN\ 'text'\ THEN\ [a-z_.]+\ END \)
    | (?P<globbed> [a-z_.]+ )\ GLOB\ \( (?P<pattern> [a-z_.]+\ ->>\ \d+ ) \)
    | (?P<quoted> '(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* )
    | /\*\ (?P<lock> FOR\ UPDATE | FOR\ SHARE )\ \*/
    | (?P<comment> /\*.*?\*/ )
    | json_each\( :(?P<set> [a-z_][a-z_0-9]* ) \)
    | (?<!:) : (?P<name> [a-z_][a-z_0-9]* )
    | (?P<place> \? )
    | (?P<percent> % )
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"INTEGER": "BIGINT", "BLOB": "BYTEA", "TEXT": 'TEXT COLLATE "C"', "x''": "''::bytea"}
_WORD = re.compile(r"\b(?:INTEGER|BLOB|TEXT)\b|x''")


@lru_cache(maxsize=2048)
def spelled(sql: str) -> str:
    """A statement with `:name` parameters in the driver's style. Those that are constants are turned once."""
    return _PARTS.sub(_part, sql)


def migration(text: str) -> str:
    """A file of `migrations`, which has no parameters."""
    return _WORD.sub(lambda found: _WORDS[found.group()], text)


def _part(found: re.Match[str]) -> str:
    if found["globbed"]:
        pattern = f"replace(replace({found['pattern']}, '_', '\\_'), '*', '%%')"
        return f"{found['globbed']} LIKE {pattern}"
    if found["lock"]:
        return found["lock"]
    if found["place"]:
        return "%s"
    if found["texts"]:
        return f"coalesce(CAST(json_agg({found['texts']}) AS text), '[]')"
    if found["set"]:
        return f"json_each(CAST(%({found['set']})s AS json))"
    if found["name"]:
        return f"%({found['name']})s"
    return found.group().replace("%", "%%")

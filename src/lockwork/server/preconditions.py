"""Versions as HTTP tells and demands them: `ETag` and `If-Match` (RFC 9110), beside `if_version`."""

import re
from typing import Any, TypeVar

import msgspec

from lockwork.domain.errors import InvalidInput
from lockwork.messages import Message

M = TypeVar("M", bound=Message[Any])

_TAG = re.compile(r'"([0-9]{1,18})"')


def etag_of(answer: object) -> dict[str, str]:
    """The header that tells the version of the one thing which was answered, if it has one."""
    version = getattr(answer, "version", None)
    return {"etag": f'"{version}"'} if isinstance(version, int) else {}


def demanding(message: M, said: list[str]) -> M:
    """The message, with the version that the header demands. None is passed over."""
    if not said:
        return message
    if "if_version" not in message.__struct_fields__:
        raise InvalidInput("what is asked here takes no If-Match")
    found = _TAG.fullmatch(said[0].strip())
    if len(said) > 1 or found is None:
        raise InvalidInput("If-Match takes one version, as the ETag told it", hint='If-Match: "3"')
    version = int(found[1])
    if getattr(message, "if_version", None) not in (None, version):
        raise InvalidInput("If-Match and 'if_version' demand different versions")
    return msgspec.structs.replace(message, if_version=version)

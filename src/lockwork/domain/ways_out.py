"""What to do where the system would not write a file."""

import errno

_FREE_SPACE = "free some space, then repeat it"
_PERMIT = "check who may write the folder and the files in it"
_FOR = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
    errno.EFBIG: "raise the limit on the size of files (ulimit -f), then repeat it",
    errno.EROFS: _PERMIT,
    errno.EACCES: _PERMIT,
    errno.EPERM: _PERMIT,
}


def after(failure: OSError) -> str | None:
    """A hint, where there is one."""
    return _FOR.get(failure.errno or 0)

"""Ways out that several failures share, and what the system says where a file failed it."""

import errno

RESTORE = "lockwork restore FILE --force puts a backup in its place, and keeps aside what is there"
"""The way out where a store itself is lost."""

FREE_SPACE = "free some space, then repeat it"
PERMIT = "check who may write the folder and the files in it"
_FOR = {
    errno.ENOSPC: FREE_SPACE,
    errno.EDQUOT: FREE_SPACE,
    errno.EFBIG: "raise the limit on the size of files (ulimit -f), then repeat it",
    errno.EROFS: PERMIT,
    errno.EACCES: PERMIT,
    errno.EPERM: PERMIT,
}


def reason(failure: OSError) -> str:
    """The system's words as the end of a sentence of ours, without the path that Python adds."""
    return (failure.strerror or type(failure).__name__).lower()


def after(failure: OSError) -> str | None:
    """A hint, where there is one."""
    return _FOR.get(failure.errno or 0)

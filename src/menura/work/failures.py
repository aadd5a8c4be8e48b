"""What went wrong in a job, as an error that a person can do something about."""

import errno
import sqlite3
from typing import Any

import structlog

from menura.errors import MenuraError, ServerError

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_FULL_WORDS = ("no space left on device", "database or disk is full", "disk quota exceeded")
_MEMORY_WORDS = ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")

_log = structlog.get_logger("menura.worker")


def as_menura(error: BaseException) -> MenuraError:
    """An error of the tree for any that was raised; one that was not foreseen is logged."""
    if isinstance(error, MenuraError):
        # Without its cause and traceback: those need not survive pickling.
        return error
    known = exhausted(error)
    if known is not None:
        _log.error("a job ran out of something", exc_info=error)
        return known
    _log.error("unexpected error in a job", exc_info=error)
    return ServerError(
        "internal_error",
        "Something in Menura failed unexpectedly.",
        "The server's log has the details; please report it.",
    )


def exhausted(error: BaseException) -> MenuraError | None:
    """The error for a full disk or too little memory; None when neither was the cause."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MenuraError) and cause.code in ("disk_full", "out_of_memory"):
            return cause
        if _is_full(cause):
            return ServerError(
                "disk_full",
                "The disk of the data folder is full.",
                "Make room there, then try again.",
            )
        if _is_out_of_memory(cause):
            return ServerError(
                "out_of_memory",
                "There was not enough memory for this.",
                "Close other programs, or use a machine with more memory, then try again.",
            )
        cause = cause.__cause__ or cause.__context__
    return None


def log_failure(log: Any, event: str, error: BaseException, **fields: str) -> None:  # noqa: ANN401
    """Logs an error that nobody handled; where it happened only if that may tell why."""
    known = exhausted(error)
    if known is None:
        log.error(event, exc_info=error, **fields)
    else:
        log.error(event, code=known.code, detail=known.message, **fields)


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    if isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_FULL:
        return True
    # Libraries that write in other languages tell it in words only.
    return any(words in str(error).lower() for words in _FULL_WORDS)


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(
        words in str(error).lower() for words in _MEMORY_WORDS
    )

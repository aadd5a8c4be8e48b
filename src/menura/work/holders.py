"""Names of those who hold tasks of a queue, by which others see whether they are gone."""

import os
import platform
import uuid


def new_holder() -> str:
    """A name that nobody else has, for a worker in this process."""
    return f"{platform.node()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def device_name(device: str) -> str:
    """What a torch device of this machine is called in a queue that other machines use, too."""
    return f"{platform.node()}/{device}"


def is_gone(holder: str) -> bool:
    """Whether a holder is known to have ended: on this machine, without a process.

    False where that cannot be told; then its silence tells in the end.
    """
    node, number = holder.split(":")[:2] if holder.count(":") == 2 else ("", "")
    if os.name != "posix" or node != platform.node() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass
    return False

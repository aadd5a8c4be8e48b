"""Work that stops when the client goes away."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

Result = TypeVar("Result")


async def while_connected(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """Awaits work for a request whose body has been read; cancels it when the client goes.

    Raises ClientDisconnect in that case, and what the work raises.
    """
    task = asyncio.ensure_future(work)
    watch = asyncio.create_task(gone(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        for each in (task, watch):
            each.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


async def gone(request: Request) -> None:
    """Returns when the client of a request whose body has been read closes the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass

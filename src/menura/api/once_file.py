"""An answer that is a file made for it alone."""

from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send


class OnceFile(FileResponse):
    """Sends a file and removes it, whether it was sent or not."""

    def __init__(self, path: Path, headers: Mapping[str, str], media_type: str) -> None:
        self._path = path
        super().__init__(path, 200, dict(headers), media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._path.unlink(missing_ok=True)

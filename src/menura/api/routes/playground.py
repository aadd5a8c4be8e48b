"""The playground: static files from the package, for browsers; it works through the public API."""

import gzip
import hashlib
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from menura.errors import NotFoundError

router = APIRouter(include_in_schema=False)

FOLDER = Path(__file__).parents[2] / "playground"

KINDS = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}
"""What is given out; other files in the folder are for readers."""

HEADERS = {
    # Nothing from elsewhere, and no script or style in the page's own text. Recordings and takes
    # are played and saved as blob:; 'self' holds for the socket, too.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    # A browser asks each time and gets 304: a new version of Menura is never half old.
    "Cache-Control": "no-cache",
    "Vary": "Accept-Encoding",
}

_PAGE = "index.html"
_FIRST = "app.js"
_SCRIPT = f'<script type="module" src="{_FIRST}"></script>\n'

# Ours begin a line; modules of others are single lines. `import()` is read when it is needed.
_IMPORTS = re.compile(
    r'(?:^|[;}])(?:(?:import|export)\b[^;"]*?\bfrom|import)\s*"(\.[^"]+)"', re.MULTILINE
)


@dataclass(frozen=True)
class _File:
    data: bytes
    packed: bytes
    tag: str
    kind: str


@router.get("/playground")
async def page(request: Request) -> Response:
    """The page. Its files are named from the folder on, so its address ends with a slash."""
    if not request.scope["state"]["slashed"]:
        return RedirectResponse("playground/", 307, HEADERS)
    return _answer(request, _PAGE)


@router.get("/playground/{name:path}")
async def file(request: Request, name: str) -> Response:
    """A file of the page. Needs no key."""
    return _answer(request, name)


def _answer(request: Request, name: str) -> Response:
    found = _files().get(name)
    if found is None:
        raise NotFoundError(
            "route_not_found",
            f"The playground has no file {name[:200]!r}.",
            "Open /playground/ in a browser.",
        )
    packs = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{found.tag}{"-gzip" if packs else ""}"'
    headers = {**HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if packs:
        headers["Content-Encoding"] = "gzip"
    return Response(found.packed if packs else found.data, media_type=found.kind, headers=headers)


@cache
def _files() -> dict[str, _File]:
    """All files by their names from the folder on, read once."""
    found = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix not in KINDS:
            continue
        name = path.relative_to(FOLDER).as_posix()
        data = path.read_bytes()
        if name == _PAGE:
            data = _announced(data.decode()).encode()
        found[name] = _File(
            data,
            gzip.compress(data, 6, mtime=0),
            hashlib.sha256(data).hexdigest()[:32],
            KINDS[path.suffix],
        )
    return found


def _announced(page: str) -> str:
    """The page with a link to each module that its script needs at once.

    Browsers then ask for all of them together; otherwise they learn of a module only when they
    have read one that imports it, seven deep.
    """
    links = "".join(f'<link rel="modulepreload" href="{name}">\n' for name in first_modules()[1:])
    return page.replace(_SCRIPT, _SCRIPT + links)


def first_modules() -> list[str]:
    """Names of the page's script and of all that it imports, the nearest first."""
    names = [_FIRST]
    for name in names:
        text = (FOLDER / name).read_text()
        for given in _IMPORTS.findall(text):
            found = posixpath.normpath(posixpath.join(posixpath.dirname(name), given))
            if found not in names:
                names.append(found)
    return names

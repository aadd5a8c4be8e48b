"""The description of the API as a page, from this server alone.

The viewer is Swagger UI (`scripts/vendor_api_viewer.py` took it over). It is kept packed, and goes
out packed to clients that say that they can unpack it, which all browsers do.
"""

import gzip
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

router = APIRouter(include_in_schema=False)

VIEWER = Path(__file__).parent.parent / "viewer"
_FILES = {
    "viewer.js": ("swagger-ui-bundle.js", "text/javascript"),
    "viewer.css": ("swagger-ui.css", "text/css"),
}
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Menura</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/viewer.css">
<div id="page">This page needs JavaScript; the description itself is at
<a href="openapi.json">openapi.json</a>.</div>
<script src="docs/viewer.js"></script>
<script src="docs/start.js"></script>
</html>
"""
_START = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  // It would send the description to a service elsewhere.
  validatorUrl: null,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
});
"""
_HEADERS = {
    # Nothing from elsewhere, nothing in the page's own text. The viewer makes links to audio that
    # it got (blob:) and carries its icons in its style sheet (data:).
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@router.get("/openapi.json")
async def description(request: Request) -> Response:
    """The description for programs. Putting it together takes half a second: speech goes on."""
    return JSONResponse(await run_in_threadpool(request.app.openapi))


@router.get("/docs")
async def page() -> Response:
    """The page. Needs no key; trying a call out does."""
    return HTMLResponse(_PAGE, headers=_HEADERS)


@router.get("/docs/start.js")
async def start() -> Response:
    """Starts the viewer: in a file, since the page may hold no script."""
    return Response(_START, media_type="text/javascript", headers=_HEADERS)


@router.get("/docs/viewer.js")
@router.get("/docs/viewer.css")
async def viewer(request: Request) -> Response:
    """The viewer's files."""
    name, kind = _FILES[request.url.path.rpartition("/")[2]]
    headers = {**_HEADERS, "Cache-Control": "max-age=3600", "Vary": "Accept-Encoding"}
    data = _packed(name)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        data = gzip.decompress(data)
    return Response(data, media_type=kind, headers=headers)


@cache
def _packed(name: str) -> bytes:
    return (VIEWER / f"{name}.gz").read_bytes()

"""The board's files as routes: the page at `/`, all that it loads under `/board/`."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from exporters.access.headers import CONTENT_SECURITY_POLICY

FILES = Path(__file__).with_name("files")
HEADERS = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-cache"}
"""Nothing from elsewhere, no script or style within the page; also where no middleware says so."""


async def page(_request: Request) -> FileResponse:
    """The board. It holds no data and is the same for everybody."""
    return FileResponse(FILES / "index.html", headers=HEADERS)


def board_routes() -> list[BaseRoute]:
    """Routes to add to the API's app; they need no sign-in."""
    return [Route("/", page), Mount("/board", StaticFiles(directory=FILES))]

"""The explorer as a page that only this machine can open, for as long as the program runs.

It answers on the loopback address alone, under an address nobody can guess, to requests that name this host; it reads
nothing but numbers, and writes nothing.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from refugee_model.disk import reason_of
from refugee_model.documents.pages import page, part
from refugee_model.errors import OutputError
from refugee_model.explorer.exploration import DRAWS, Exploration

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
"""Names under which a browser of this machine asks; any other comes from a page that points its name here."""
MOST_BYTES, SECONDS = 10_000, 20.0
"""Of a question, and after which a connection that says nothing is closed."""
PROJECT = "project"
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class PageServer(ThreadingHTTPServer):
    """Serves one page and the answers it asks for; nothing else is there."""

    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # elsewhere it would take a port from another program

    def __init__(self, exploration: Exploration, port: int) -> None:
        self.exploration, self.token, self.busy = exploration, secrets.token_urlsafe(24), threading.Lock()
        try:
            super().__init__((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            reason = reason_of(error) if isinstance(error, OSError) else "there is no such port"
            raise OutputError(
                f"no page can be served on port {port}", f"{reason}; give another with --port, or none"
            ) from None

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that closes a connection, and tell whatever else goes wrong."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def serve(exploration: Exploration, *, port: int = 0, opened: Callable[[str], None]) -> None:
    """Serve the page until it is interrupted; ``opened`` is called with its address once it answers."""
    with PageServer(exploration, port) as server:
        opened(server.address)
        server.serve_forever(poll_interval=0.1)


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: PageServer
    timeout = SECONDS
    server_version, sys_version = "refugee_model", ""

    def do_GET(self) -> None:
        """The page."""
        if self._asked("GET") == "":
            nonce = secrets.token_urlsafe(16)
            policy = f"default-src 'none'; img-src data:; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'"
            policy += "; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            with self.server.busy:
                page = page_of(self.server.exploration, nonce)
            self._send(page, "text/html", {"Content-Security-Policy": policy})

    def do_POST(self) -> None:
        """What follows from a position of the sliders."""
        if self._asked("POST") != PROJECT:
            return
        question = self._question()
        if question is None:
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        moved, many = question
        with self.server.busy:
            view = self.server.exploration.view(moved, many=many)
        self._send(json.dumps(dataclasses.asdict(view)).encode("utf-8"), "application/json", {})

    def _asked(self, method: str) -> str | None:
        """What is asked for beneath the token; refused, and None, where it is not for us."""
        host = (self.headers.get("Host") or "").rpartition(":")
        origin = self.headers.get("Origin")
        known = [f"http://{name}:{self.server.server_port}" for name in NAMES]
        if host[0] not in NAMES or host[2] != str(self.server.server_port) or (origin and origin not in known):
            self._refuse(HTTPStatus.FORBIDDEN)
            return None
        asked = "" if method == "GET" else PROJECT
        path = f"/{self.server.token}/{asked}"
        if not secrets.compare_digest(self.path.encode("utf-8", "replace"), path.encode()):
            self._refuse(HTTPStatus.NOT_FOUND)
            return None
        return asked

    def _question(self) -> tuple[dict[str, float], bool] | None:
        """Numbers by path, and whether many futures are asked for; None where it is something else."""
        try:
            length = int(self.headers.get("Content-Length") or "")
            if not 0 < length <= MOST_BYTES:
                return None
            asked = json.loads(self.rfile.read(length))
            moved = {str(path): float(value) for path, value in asked["moved"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError):
            return None
        return (moved, bool(asked.get("many"))) if all(map(math.isfinite, moved.values())) else None

    def _send(self, data: bytes, kind: str, more: Mapping[str, str]) -> None:
        self.send_response(HTTPStatus.OK)
        self._finish(data, f"{kind}; charset=utf-8", more)

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self._finish(status.phrase.encode(), "text/plain; charset=utf-8", {})

    def _finish(self, data: bytes, kind: str, more: Mapping[str, str]) -> None:
        self.close_connection = True
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **HEADERS, **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is that of the library
        """Nothing: an address with its token belongs on no screen twice."""


def page_of(exploration: Exploration, nonce: str) -> bytes:
    """The page at the start."""
    words = exploration.words
    return page(
        "explore.html",
        exploration.start,
        sliders=exploration.sliders,
        data={
            "sliders": [dataclasses.asdict(slider) for slider in exploration.sliders],
            "view": dataclasses.asdict(exploration.first_view),
            "words": words.under(("explore", "numbers")),
        },
        draws=DRAWS,
        nonce=nonce,
        style=part("pages.css") + part("explore.css"),
        script=part("explore.js"),
    )

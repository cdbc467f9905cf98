"""Runs the application on waitress, whose own errors get the shape of ours."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any, Final

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask

from kg.errors import InputError
from server.app import LARGEST, create_app, is_loopback
from server.errors import HEADERS, error_body, generic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["serve"]

_SPARE: Final = 4
"""Threads beyond those that answer questions and queries: for /health, and for saying no."""
_BODY: Final = 1 << 20
"""Bytes of a body that waitress takes in; the application refuses more than `LARGEST` and can say so in peace."""
_IDLE: Final = 30
"""Seconds after which a connection that nothing comes through is closed."""


def serve(project_root: Path, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve a project until the process is told to end (SIGINT, SIGTERM).

    Args:
        project_root: the folder that holds ``interlock.toml``.
        host: name or address to listen at.
        port: the port; 0 for one that is free.
        ready: told the address once the server listens.

    Raises:
        InputError: nothing can listen there, or the configuration is wrong.
    """
    app = create_app(project_root, any_host=not is_loopback(host))
    sockets: dict[int, Any] = {}
    try:
        server = create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=2 * app.config["WORKERS"] + _SPARE,
            ident=None,
            max_request_header_size=LARGEST,
            max_request_body_size=_BODY,
            channel_timeout=_IDLE,
        )
    except OSError as wrong:
        _close(sockets)
        raise InputError(f"nothing can listen at {host}, port {port}: {wrong.strerror}; choose another") from wrong
    except ValueError as wrong:
        raise InputError(f"{host!r} is no name or address of this machine") from wrong
    listening = [one for one in sockets.values() if isinstance(one, BaseWSGIServer)]
    for one in listening:
        one.channel_class = _Channel
    address, bound = listening[0].socket.getsockname()[:2]
    try:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        ready(f"http://{f'[{address}]' if ':' in address else address}:{bound}/")
        server.run()
    finally:
        _close(sockets)


def _close(sockets: dict[int, Any]) -> None:
    for one in list(sockets.values()):
        one.close()


class _JsonError(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Says what is wrong with a request that never reached the application."""

    def execute(self) -> None:
        """Write the error and close the connection."""
        error = self.request.error
        body = error_body(*generic(error.code))
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend([("Content-Type", "application/json"), *HEADERS.items()])
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection."""

    error_task_class = _JsonError

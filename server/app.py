"""The Flask application of one project."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest, SecurityError

from kg.project.config import FILE, read_config
from kg.store import check_format
from server.errors import HEADERS, add_errors
from server.negotiate import choose
from server.parameters import query_parameters
from server.questions import question_routes
from server.site import Site
from server.slots import Slots
from server.snapshots import Snapshots
from server.sparql import sparql_routes

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LARGEST", "create_app", "is_loopback"]

LARGEST: Final = 64 * 1024
"""Bytes of a request's body, and of its head."""


def create_app(project_root: Path, *, any_host: bool = False) -> Flask:
    """Return the application that serves a project, read-only.

    What ``interlock.toml`` says is read now; the facts are those of the snapshot that is current at each request.

    Args:
        project_root: the folder that holds ``interlock.toml``.
        any_host: whether it may be called by a name that is not this machine's own loopback. Where it may not, a page
            in a browser can't read it by giving its own name our address (DNS rebinding).

    Raises:
        InputError: the configuration is wrong, or the index is of a newer version.
    """
    config = read_config(project_root / FILE)
    folder = project_root / ".interlock"
    check_format(folder)
    workers = config.settings.whole("server-workers")
    site = Site(config, Snapshots(folder), Slots(workers, "queries"), Slots(workers, "questions"))

    app = Flask("server", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.config["WORKERS"] = workers
    if isinstance(app.json, DefaultJSONProvider):
        app.json.ensure_ascii, app.json.sort_keys = False, False
    app.url_map.merge_slashes = False  # an IRI in a path has two
    add_errors(app)

    @app.get("/health")
    def health() -> Response:
        choose(query_parameters().get("format"), {"application/json": "json"})
        return jsonify(status="ok", snapshot=site.snapshots.current())

    app.register_blueprint(question_routes(site))
    app.register_blueprint(sparql_routes(site))

    @app.before_request
    def known_host() -> None:
        if not any_host and "Host" in request.headers and not is_loopback(_host_name()):
            raise BadRequest("the server listens for this machine only, the header Host names another")

    @app.after_request
    def harmless(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers.add("Vary", "Accept")
        return response

    return app


def is_loopback(host: str) -> bool:
    """Return whether `host`, a name or an address without port, can only be this machine itself."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _host_name() -> str:
    """Return the header Host without its port."""
    try:
        name, _, port = request.host.rpartition(":")
    except SecurityError:
        return ""
    return name if port.isdigit() and name else request.host

"""Errors over HTTP: one JSON shape, ``{"error": {"code": …, "message": …}}``, whatever went wrong and wherever.

========================  ======  ==================================================================
what                      status  code
========================  ======  ==================================================================
an item nobody knows      404     ``unknown-item``; the message names the nearest
other wrong input         400     that of the error in `kg.errors`: ``bad-input``, ``ambiguous-item``
a limit was reached       503     ``limit-exceeded``; without Retry-After, for trying again won't help
all places are taken      503     ``unavailable``, with Retry-After
no such address           404     ``not-found``
a fault of ours           500     ``could-not-finish``; what it was goes to the log, not to the client
========================  ======  ==================================================================

Others have the status that HTTP gives them (405, 406, 413, 415, 431) and a code in the same style.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from flask import Response, current_app
from werkzeug.exceptions import HTTPException

from kg.errors import Busy, InputError, InterlockError, LimitExceeded, UnknownItem

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["HEADERS", "add_errors", "error_body", "generic"]

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer says: nothing in it is to be run, framed, guessed at or kept."""

_GENERIC: Final = {
    400: ("bad-input", "the request is not well formed"),
    404: ("not-found", "there is nothing here; there are: /health, /questions, /impact, /why, /trace, /sparql"),
    405: ("method-not-allowed", "this address does not take this method; the header Allow says which it does"),
    406: ("not-acceptable", "this can't be written as asked for"),
    413: ("too-large", "the request is too large"),
    415: ("unsupported-media-type", "this address does not take this kind of content"),
    431: ("too-large", "the head of the request is too large; send a long query by POST"),
    500: ("could-not-finish", "the server could not finish; its log says why"),
    501: ("not-implemented", "the request uses a part of HTTP that is not implemented here"),
    503: ("unavailable", "the server is busy: try again"),
}
_ESCAPES: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}
"""So that what a request holds is no markup in the answer, even to a reader who takes it for some."""


def generic(status: int) -> tuple[str, str]:
    """Return code and message of an HTTP status of which nothing more is known."""
    return _GENERIC.get(status) or _GENERIC[400 if status < 500 else 500]  # noqa: PLR2004 - statuses of the server


def error_body(code: str, message: str) -> bytes:
    """Return the JSON of an error."""
    text = json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False)
    return (text.translate(_ESCAPES) + "\n").encode("utf-8", "replace")


def add_errors(app: Flask) -> None:
    """Let `app` answer every error in the one shape."""
    app.register_error_handler(InterlockError, _of_ours)
    app.register_error_handler(HTTPException, _of_http)


def _of_ours(error: InterlockError) -> Response:
    match error:
        case UnknownItem():
            status = 404
        case InputError():
            status = 400
        case LimitExceeded() | Busy():
            status = 503
        case _:  # its message speaks of files of this machine
            current_app.logger.error("could not finish: %s", error)
            return _response(500, *generic(500))
    return _response(status, error.code, str(error))


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    code, message = generic(status)
    if error.description and error.description != type(error).description:
        message = error.description
    response = _response(status, code, message)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _response(status: int, code: str, message: str) -> Response:
    return Response(error_body(code, message), status, mimetype="application/json")

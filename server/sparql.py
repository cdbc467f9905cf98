"""``/sparql``: the query operation of the SPARQL 1.1 Protocol; each query runs in a limited process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from kg.questions.adhoc import QueryLimits, run_query
from server.negotiate import choose, content_type
from server.parameters import pairs, query_parameters, single
from server.results import GRAPH_FORMATS, ROW_FORMATS, write_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.site import Site

__all__ = ["sparql_routes"]

_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"
_REFUSED: Final = {
    "update": "the graph changes with its sources only: there is no update",
    "default-graph-uri": "write FROM into the query instead of the parameter default-graph-uri",
    "named-graph-uri": "write FROM NAMED into the query instead of the parameter named-graph-uri",
}


def sparql_routes(site: Site) -> Blueprint:
    """Return the route that answers ad-hoc queries."""
    routes = Blueprint("sparql", __name__)
    limits, prefixes = QueryLimits.of(site.config.settings), site.config.prefixes

    @routes.route("/sparql", methods=["GET", "POST"])
    def sparql() -> Response:
        given = _given()
        form = given.get("format")
        choose(form, ROW_FORMATS | GRAPH_FORMATS)  # nothing is run for an answer that nobody can take
        with site.queries.take():
            reader = site.snapshots.reader()
            answer = run_query(reader.path, given["query"], prefixes, limits)
            offers = GRAPH_FORMATS if answer.form in {"construct", "describe"} else ROW_FORMATS
            media = choose(form, offers)
            text = write_answer(answer, offers[media], prefixes)
        return Response(text, content_type=content_type(media))

    return routes


def _given() -> Mapping[str, str]:
    """Return the parameters; ``query`` is among them, wherever the request has it."""
    given = query_parameters()
    if request.method == "POST":
        match request.mimetype:
            case str(kind) if kind == _FORM:
                given = single([*given.items(), *pairs(request.get_data(cache=False))])
            case str(kind) if kind == _DIRECT:
                given = single([*given.items(), ("query", _direct())])
            case _:
                raise UnsupportedMediaType(f"POST a query as {_DIRECT}, or as query=… in {_FORM}")
    for name, instead in _REFUSED.items():
        if name in given:
            raise BadRequest(instead)
    if not given.get("query", "").strip():
        raise BadRequest("there is no query: give it as the parameter query")
    return given


def _direct() -> str:
    try:
        return request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise BadRequest(f"the query is no UTF-8 (byte {wrong.start})") from None

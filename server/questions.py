"""The stored questions over HTTP; what there is, and what each takes, comes from their headers."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import BadRequest, NotFound

from kg.errors import InputError
from kg.questions import Asker, all_questions, find_question
from kg.report import Format, render
from server.negotiate import choose, content_type
from server.parameters import query_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.questions import Question
    from kg.report import Result
    from server.site import Site

__all__ = ["question_routes"]

_OFFERS: Final = {"application/json": "json", "text/csv": "csv"}
_LONGEST: Final = 1000
"""Characters of a parameter; telling what is nearest to a name takes the longer the longer the name is."""
_LISTED: Final = ("id", "slug", "title", "description", "kind", "clauses", "scope", "command")


def question_routes(site: Site) -> Blueprint:
    """Return the routes that list and ask stored questions."""
    routes = Blueprint("questions", __name__)

    @routes.get("/questions")
    def listed() -> Response:
        choose(query_parameters().get("format"), {"application/json": "json"})
        return jsonify(questions=[_header(question) for question in all_questions().values()])

    @routes.get("/questions/<name>")
    def ask(name: str) -> Response:
        try:
            question = find_question(name)
        except InputError as wrong:
            raise NotFound(str(wrong)) from None
        media, given = _given()
        with _asker() as asker:
            return _written(asker.answer(question, given), media)

    @routes.get("/<any(impact, why, trace):command>/<path:item>")
    def ask_of(command: str, item: str) -> Response:
        media, given = _given()
        if "item" in given:
            raise BadRequest("the address names the item already: leave out the parameter 'item'")
        _short(item)
        with _asker() as asker:
            found = asker.item(item)
            return _written(asker.answer(asker.choose(found, command), {**given, "item": found.iri}), media)

    @contextmanager
    def _asker() -> Iterator[Asker]:
        with site.questions.take():
            yield Asker(site.snapshots.reader(), site.config.prefixes)

    def _written(result: Result, media: str) -> Response:
        stream = io.StringIO(newline="")
        render(result, Format(_OFFERS[media]), stream, prefixes=site.config.prefixes)
        return Response(stream.getvalue().encode("utf-8"), content_type=content_type(media))

    return routes


def _given() -> tuple[str, dict[str, str]]:
    """Return the media type to answer with, and the parameters of the question."""
    given = dict(query_parameters())
    media = choose(given.pop("format", None), _OFFERS)
    for value in given.values():
        _short(value)
    return media, given


def _short(value: str) -> None:
    if len(value) > _LONGEST:
        raise BadRequest(f"a parameter of {len(value)} characters is no name of anything; {_LONGEST} are read")


def _header(question: Question) -> dict[str, Any]:
    shown: dict[str, Any] = {name: getattr(question, name) for name in _LISTED}
    return {**shown, "parameters": [asdict(p) for p in question.parameters], "path": f"/questions/{question.slug}"}

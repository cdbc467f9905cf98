"""Reads the `#+` header of a question; `kg.questions` documents the format."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kg.errors import BrokenFile
from kg.questions.header import FRONTIER, Bucket, Column, Facts, Parameter, Question, Remark, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["parse_question"]

KINDS: Final = ("trace", "table")
TYPES: Final = ("item", "string", "integer", "date")
COMMANDS: Final = ("impact", "why", "trace")

Part = TypeVar("Part")


def parse_question(slug: str, text: str) -> Question:
    """Return the question that the file `slug`.rq holds.

    Args:
        slug: the name of the file, without its extension.
        text: what is in it.

    Raises:
        BrokenFile: its header is not as `kg.questions` documents it.
    """
    return _Parser(slug, text).question()


class _Parser:
    def __init__(self, slug: str, text: str) -> None:
        self._file, self._slug = f"{slug}.rq", slug
        self._blocks = list(self._split(text))

    def question(self) -> Question:
        if not self._blocks:
            raise self._wrong("has no `#+` header")
        head: dict[str, Any] = dict(self._blocks[0][0])
        parts: dict[str, list[tuple[dict[str, Any], str]]] = {"step": [], "facts": []}
        own_query = self._blocks[0][1]
        for number, (block, query) in enumerate(self._blocks):
            sections = [(name, one) for name in parts for one in block.get(name, ())]
            others = set(block) - set(parts)
            if number and others:
                raise self._wrong(
                    f"has {', '.join(sorted(others))} after its first query; only [[step]] and [[facts]] go there"
                )
            if len(sections) > 1 or (bool(sections) != bool(query) and number):
                raise self._wrong("needs one query after each [[step]] or [[facts]]")
            for name, one in sections:
                parts[name].append((one, query))
                own_query = "" if not number else own_query
        for name in parts:
            head.pop(name, None)
        return self._question(head, own_query, parts["step"], parts["facts"])

    def _question(
        self,
        head: dict[str, Any],
        query: str,
        steps: list[tuple[dict[str, Any], str]],
        facts: list[tuple[dict[str, Any], str]],
    ) -> Question:
        listed: dict[str, Callable[[dict[str, Any]], Any]] = {
            "parameter": lambda one: self._make(Parameter, one, "[[parameter]]"),
            "note": lambda one: self._make(Remark, one, "[[note]]"),
            "column": lambda one: self._make(Column, one, "[[column]]"),
            "bucket": lambda one: self._make(Bucket, one, "[[bucket]]"),
        }
        names = {"parameter": "parameters", "note": "notes", "column": "columns", "bucket": "buckets"}
        made = {names[key]: tuple(make(one) for one in head.pop(key, ())) for key, make in listed.items()}
        reserved = set(made) | {"slug", "query", "steps", "facts"}
        if used := reserved & set(head):
            raise self._wrong(f"may not set {', '.join(sorted(used))}")
        question = self._make(
            Question,
            head
            | made
            | {
                "slug": self._slug,
                "query": query,
                "steps": tuple(self._step(one, text) for one, text in steps),
                "facts": tuple(self._facts(one, text) for one, text in facts),
            },
            "the header",
        )
        self._check(question)
        return question

    def _step(self, given: dict[str, Any], query: str) -> Step:
        given = dict(given)
        sources = given.pop("from", [])
        given |= {"query": query, "start": sources == ["start"], "sources": [] if sources == ["start"] else sources}
        for ours, theirs in (("targets", "to"), ("links", "link")):
            if theirs in given:
                given[ours] = given.pop(theirs)
        if query.count(FRONTIER) != 1:
            raise self._wrong(f"has a step without `{FRONTIER}` in its query, or with several")
        return self._make(Step, given, "[[step]]")

    def _facts(self, given: dict[str, Any], query: str) -> Facts:
        given = dict(given)
        columns = tuple(self._make(Column, one, "[[facts.column]]") for one in given.pop("column", ()))
        if query.count(FRONTIER) != 1:
            raise self._wrong(f"has facts without `{FRONTIER}` in their query, or with several")
        return self._make(Facts, given | {"query": query, "columns": columns}, "[[facts]]")

    def _make(self, kind: type[Part], given: dict[str, Any], place: str) -> Part:
        """Return a `kind` of the keys given; lists become tuples; an unknown or a missing key is refused."""
        known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]  # a Part is a dataclass
        for key in given:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                raise self._wrong(
                    f"has an unknown key {key!r} in {place}" + (f"; did you mean {near[0]!r}?" if near else "")
                )
        missing = [name for name, f in known.items() if f.default is MISSING and name not in given]
        if missing:
            raise self._wrong(f"lacks {', '.join(missing)} in {place}")
        return kind(**{key: value if key == "query" else _plain(value) for key, value in given.items()})

    def _check(self, question: Question) -> None:
        if question.kind not in KINDS:
            raise self._wrong(f"is of an unknown kind {question.kind!r}; there are {', '.join(KINDS)}")
        if question.command and question.command not in COMMANDS:
            raise self._wrong(f"names an unknown command {question.command!r}; there are {', '.join(COMMANDS)}")
        if wrong := [p.name for p in question.parameters if p.type not in TYPES]:
            raise self._wrong(f"has a parameter of an unknown type: {', '.join(wrong)}")
        columns = {column.name for column in question.columns}
        if not {question.group, *question.least} - {""} <= columns or bool(question.group) is not bool(question.least):
            raise self._wrong("needs both `group` and `least`, which name columns, or neither")
        buckets = {bucket.name for bucket in question.buckets}
        used = {name for step in question.steps for name in (*step.sources, *step.targets)}
        if used - buckets:
            raise self._wrong(f"uses buckets that it does not declare: {', '.join(sorted(used - buckets))}")
        if (question.kind == "trace") is not bool(question.steps) or bool(question.steps) is bool(question.query):
            raise self._wrong("needs steps if it is a trace, and one query if it is a table")
        if question.kind == "trace" and (question.start is None or not question.start.required):
            raise self._wrong("is a trace and needs a required parameter `item`")
        for step in question.steps:
            if not (step.targets or step.otherwise) or not (step.start or step.sources):
                raise self._wrong("has a step without `from`, or without `to` and `otherwise`")

    def _split(self, text: str) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield each header block, parsed, with the query that follows it."""
        for match in re.finditer(r"((?:^#\+.*\n)+)((?:^(?!#\+).*\n?)*)", text, re.MULTILINE):
            header = "\n".join(line[2:].removeprefix(" ") for line in match[1].splitlines())
            line = text.count("\n", 0, match.start()) + 1
            try:
                block = tomllib.loads(header)
            except tomllib.TOMLDecodeError as error:
                raise BrokenFile(self._file, f"its header is no TOML: {error}", line=line) from error
            yield block, match[2].strip()

    def _wrong(self, what: str) -> BrokenFile:
        return BrokenFile(self._file, what)


def _plain(value: Any) -> Any:
    """Return TOML's value as the dataclasses keep it: tuples for lists, one line for texts of several."""
    if isinstance(value, list):
        return tuple(value)
    return " ".join(value.split()) if isinstance(value, str) else value

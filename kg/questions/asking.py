"""Asks stored questions of one state of the graph."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.errors import InputError
from kg.project.items import describe, resolve
from kg.questions.arguments import bind, blocks
from kg.questions.classes import Classes
from kg.questions.header import FRONTIER
from kg.questions.library import all_questions
from kg.questions.reviews import review_states
from kg.questions.walk import Plan, walk
from kg.rdf.names import PREFIXES, RDF
from kg.rdf.terms import values
from kg.values import Entry, Item, Note, Step, Table, Trace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from kg.questions.header import Facts, Parameter, Question
    from kg.questions.walk import Walk
    from kg.rdf.terms import Term
    from kg.store import Reader
    from kg.values import Cell

__all__ = ["Asker", "cells", "natural"]

_TYPE = RDF + "type"
_LISTED = 20
_DIGITS = re.compile(r"(\d{1,18})")  # a longer number in pieces: Python converts no more than 4300 digits
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")  # Python converts no more digits
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class Asker:
    """Answers stored questions.

    Args:
        reader: the state that is asked; its default graph holds the ontology too.
        prefixes: prefix → namespace of the names that people type; default is Interlock's own.
        today: what ``today`` means to a question; default is the day.
    """

    def __init__(self, reader: Reader, prefixes: Mapping[str, str] | None = None, today: date | None = None) -> None:
        self._reader = reader
        self._prefixes = dict(PREFIXES if prefixes is None else prefixes)
        self._today = today or datetime.now().astimezone().date()
        self._plans: dict[str, Plan] = {}

    @cached_property
    def _classes(self) -> Classes:
        return Classes(self._reader)

    def item(self, name: str) -> Item:
        """Return the item that `name` means.

        Raises:
            UnknownItem: there is none.
            AmbiguousItem: there are several.
        """
        return resolve(self._reader, name, self._prefixes)

    def choose(self, item: Item, command: str) -> Question:
        """Return the question of a command that starts from items like `item`.

        Args:
            item: the item.
            command: ``impact``, ``why`` or ``trace``.

        Raises:
            InputError: none does; the message says what the item is, and what can be asked of it.
        """
        own = self._classes_of(item.iri)
        for question in all_questions().values():
            if question.command == command and question.start and self._fits(question.start, own):
                return question
        starts = sorted(
            {name for q in all_questions().values() if q.command == command and q.start for name in q.start.classes}
        )
        raise InputError(f"{_article(item)}; {command} starts from: {', '.join(starts)}{self._instead(own)}")

    def answer(self, question: Question, given: Mapping[str, str]) -> Table | Trace:
        """Return the answer to a question.

        Args:
            question: the question.
            given: parameter → what the user gave.

        Raises:
            InputError: a parameter is wrong, or names an item of a class that the question can't be asked of.
        """
        bound = bind(question, given, lambda parameter, text: self._resolve(question, parameter, text), self._today)
        if question.kind == "table":
            return self._table(question, blocks(bound))
        start = bound.pop("item")
        if not isinstance(start, NamedNode):
            raise InputError(f"{question.id} {question.slug} needs an item")
        return self._trace(question, self.walk(question, start.value, blocks(bound)), blocks(bound))

    def walk(self, question: Question, iri: str, bound: Iterable[tuple[str, str]] = ()) -> Walk:
        """Return what a trace question reaches from an item, as IRIs alone.

        Args:
            question: the question.
            iri: IRI of the item.
            bound: what the queries take for further parameters, as `kg.questions.arguments.blocks` writes it.
        """
        plan = self._plans.get(question.slug)
        if plan is None:
            plan = self._plans[question.slug] = Plan(question, self._classes)
        return walk(plan, self._reader, iri, self._classes_of(iri), tuple(bound))

    def _classes_of(self, iri: str) -> set[str]:
        (block,) = values("item", [NamedNode(iri)])
        rows = self._reader.select(f"SELECT ?class WHERE {{ {block} ?item <{_TYPE}> ?class }}")
        return {class_.value for (class_,) in rows if isinstance(class_, NamedNode)}

    def _fits(self, parameter: Parameter, own: set[str]) -> bool:
        return not parameter.classes or not self._classes.within(parameter.classes).isdisjoint(own)

    def _resolve(self, question: Question, parameter: Parameter, text: str) -> Item:
        item = self.item(text)
        own = self._classes_of(item.iri)
        if not self._fits(parameter, own):
            wanted = ", ".join(parameter.classes)
            raise InputError(f"{_article(item)}; {question.id} {question.slug} wants: {wanted}{self._instead(own)}")
        return item

    def _instead(self, own: set[str]) -> str:
        """Return what can be asked of an item of the classes `own`, as the end of an error."""
        fitting = [
            f"{q.id} {q.slug}"
            for q in all_questions().values()
            if q.start and q.start.classes and self._fits(q.start, own)
        ]
        return f"; of it can be asked: {', '.join(fitting)}" if fitting else ""

    def _table(self, question: Question, bound: Iterable[tuple[str, str]]) -> Table:
        query = question.query
        for text, value in bound:
            query = query.replace(text, value)
        rows = self._reader.select(query)
        names = [column.name for column in question.columns]
        order = [rows.variables.index(name) for name in names]
        raw = [tuple(row[number] for number in order) for row in rows]
        found = _least(question, set(cells(raw, self._reader, self._prefixes)))
        ordered = sorted(found, key=lambda row: [natural(_text(cell)) for cell in row])
        title = f"{question.id} {question.slug}: {question.title}"
        return Table(title, tuple(names), tuple(ordered), _notes(question))

    def _trace(self, question: Question, walked: Walk, bound: Iterable[tuple[str, str]]) -> Trace:
        nodes = {node for source, _, target, _ in walked.links for node in (source, target)}
        items = self._describe(nodes | {walked.start} | {iri for entries in walked.reached.values() for iri in entries})
        facts = self._facts(question.facts, walked, items, bound)
        if question.reviews:
            links = [(source, link, target) for source, link, target, _ in walked.links]
            for iri, state in review_states(self._reader, links, self._prefixes).items():
                facts.setdefault(iri, {})["review"] = state
        marked = {bucket.name for bucket in question.buckets if bucket.governing}
        buckets = tuple(
            (
                name,
                tuple(
                    Entry(
                        items[iri],
                        on if name in marked else None,
                        _told(facts.get(iri, {}), walked.breaks.get((name, iri))),
                    )
                    for iri, on in sorted(entries.items(), key=lambda one: natural(items[one[0]].id))
                ),
            )
            for name, entries in walked.reached.items()
        )
        return Trace(
            f"{question.id} {question.slug}: {question.title}",
            items[walked.start],
            buckets,
            tuple(Step(*key, governing) for key, governing in walked.links.items()),
            tuple(walked.path((name, entry.item.iri)) for name, entries in buckets for entry in entries),
            (*_breaks(walked, items), *_notes(question)),
        )

    def _facts(
        self, several: Iterable[Facts], walked: Walk, items: dict[str, Item], bound: Iterable[tuple[str, str]]
    ) -> dict[str, dict[str, Cell]]:
        """Return IRI of an entry → name of a fact → its value; several values become one text."""
        found: dict[str, dict[str, dict[Cell, None]]] = {}
        entries = dict.fromkeys(iri for entries in walked.reached.values() for iri in entries)
        for facts in several:
            head, tail = facts.query.split(FRONTIER)
            for text, value in bound:
                head, tail = head.replace(text, value), tail.replace(text, value)
            for block in values("from", map(NamedNode, entries)):
                rows = self._reader.select(head + block + tail)
                at = {name: rows.variables.index(name) for name in ("from", *(c.name for c in facts.columns))}
                raw = list(rows)
                known = items | self._describe(
                    {c.value for row in raw for c in row if isinstance(c, NamedNode)} - items.keys()
                )
                for row in raw:
                    node = row[at["from"]]
                    for column in facts.columns:
                        cell = _cell(row[at[column.name]], known)
                        if isinstance(node, NamedNode) and cell is not None:
                            found.setdefault(node.value, {}).setdefault(column.name, {})[cell] = None
        order = [column.name for facts in several for column in facts.columns]
        return {iri: {name: _one(told[name]) for name in order if name in told} for iri, told in found.items()}

    def _describe(self, iris: Iterable[str]) -> dict[str, Item]:
        return describe(self._reader, iris, self._prefixes)


def cells(
    rows: Collection[Sequence[Term | None]], reader: Reader, prefixes: Mapping[str, str]
) -> tuple[tuple[Cell, ...], ...]:
    """Return rows of terms as rows of a table: IRIs as items, literals as plain values.

    Args:
        rows: the rows.
        reader: the state that knows the items.
        prefixes: prefix → namespace for items without an identifier.
    """
    iris = dict.fromkeys(cell.value for row in rows for cell in row if isinstance(cell, NamedNode))
    items = describe(reader, iris, dict(prefixes))
    return tuple(tuple(_cell(cell, items) for cell in row) for row in rows)


def _least(question: Question, rows: set[tuple[Cell, ...]]) -> set[tuple[Cell, ...]]:
    """Return `rows` with the columns `least` of a question brought to the least of their group."""
    if not question.least:
        return rows
    names = [column.name for column in question.columns]
    group, least = names.index(question.group), [names.index(name) for name in question.least]
    lowest: dict[tuple[Cell, int], int] = {}
    for row in rows:
        for at in least:
            value = row[at]
            if isinstance(value, int):
                lowest[row[group], at] = min(value, lowest.get((row[group], at), value))
    return {
        tuple(lowest.get((row[group], at), cell) if at in least else cell for at, cell in enumerate(row))
        for row in rows
        if row[least[0]] == lowest.get((row[group], least[0]))
    }


def natural(text: str) -> list[str | int]:
    """Return a key by which texts sort as people count: ``SR 1.2`` before ``SR 1.10``."""
    parts: list[str | int] = [*_DIGITS.split(text.casefold())]
    parts[1::2] = map(int, parts[1::2])
    return parts


def _cell(term: Term | None, items: Mapping[str, Item]) -> Cell:
    if isinstance(term, NamedNode):
        return items[term.value]
    if not isinstance(term, Literal):
        return None if term is None else str(term)
    match term.datatype.value.rpartition("#")[2]:
        case "integer" | "int" | "long" | "nonNegativeInteger" if _INTEGER.fullmatch(term.value):
            return int(term.value)
        case "decimal" | "double" | "float" if _NUMBER.fullmatch(term.value) and isfinite(float(term.value)):
            return float(term.value)
        case "boolean" if term.value in {"true", "false", "1", "0"}:
            return term.value in {"true", "1"}
    return term.value  # also of a literal that is no number though its datatype says so, and of INF and NaN


def _text(cell: Cell) -> str:
    return cell.id if isinstance(cell, Item) else "" if cell is None else str(cell)


def _one(cells: Mapping[Cell, None]) -> Cell:
    if len(cells) == 1:
        return next(iter(cells))
    return "; ".join(sorted(map(_text, cells), key=natural))


def _told(facts: dict[str, Cell], fault: str | None) -> tuple[tuple[str, Cell], ...]:
    return (*facts.items(), *((("chain_breaks", fault),) if fault else ()))


def _notes(question: Question) -> tuple[Note, ...]:
    return tuple(Note(remark.code, remark.text) for remark in question.notes)


def _breaks(walked: Walk, items: Mapping[str, Item]) -> Iterator[Note]:
    """Yield where the chain breaks first, and how often it does."""
    if not walked.breaks:
        return
    ordered = sorted(walked.breaks.items(), key=lambda one: (len(walked.path(one[0])), natural(items[one[0][1]].id)))
    (_, first), why = ordered[0]
    yield Note("first-break", f"the chain first breaks at {items[first].id}: {why}", (first,))
    if len(ordered) > 1:
        about = tuple(iri for (_, iri), _ in ordered[:_LISTED])
        yield Note("breaks", f"it breaks at {len(ordered)} items; each says so beside its name", about)


def _article(item: Item) -> str:
    kind = item.kind or "of no known class"
    return f"{item.id} is {'an' if kind[0] in 'AEIOU' else 'a'} {kind}" if item.kind else f"{item.id} is {kind}"

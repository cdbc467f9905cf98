"""Random queries over random facts, against their plain evaluation.

For each edit, a focus node whose answer changed must be among those that the driver names, and what it cuts out must
give each of those the same answer. ``INTERLOCK_QUERIES`` sets how many queries, ``INTERLOCK_SEED`` which.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

import pytest
from focus_cases import PREFIX
from pyoxigraph import NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple

from kg.focus.catalogued import Catalogued
from kg.focus.footprint import Footprint
from kg.focus.neighbourhood import neighbourhood
from kg.focus.queries import footprint_of_query
from kg.focus.touch import Everything, foci
from kg.focus.view import View
from kg.store import EmbeddedReader, memory_reader
from kg.store.touched import Touched

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

QUERIES = int(os.environ.get("INTERLOCK_QUERIES", "40"))
SEED = int(os.environ.get("INTERLOCK_SEED", "1"))
EDITS = 8
NODES = [f"n{number}" for number in range(6)]
PROPERTIES = ["p", "q", "r"]
MARK = "VALUES ?focus { }"
VARIABLES = ["?focus", "?a", "?b", "?c"]

Rows = frozenset[tuple[tuple[str, str], ...]]


class Writer:
    """Writes random groups."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._names = 0

    def query(self) -> str:
        """Return a group in which most variables hang on the focus, so that not every answer depends on everything."""
        tied = [f"?focus {self._property()} ?a .", f"{self._draw.choice(['?a', '?focus'])} {self._property()} ?b ."]
        return self.group(2, tied if self._draw.random() < 0.9 else [])

    def group(self, depth: int, parts: Iterable[str] = ()) -> str:
        parts = [*parts, self._triple()] if self._draw.random() < 0.8 else [*parts]
        parts += [self._part(depth) for _ in range(self._draw.randint(1, 3))]
        self._draw.shuffle(parts)
        return " ".join(parts)

    def _part(self, depth: int) -> str:
        if depth == 0:
            return self._triple()
        inner = self.group(depth - 1)
        kinds = [
            *[self._triple()] * 5,
            f"OPTIONAL {{ {inner} }}",
            f"MINUS {{ {inner} }}",
            f"FILTER EXISTS {{ {inner} }}",
            f"FILTER NOT EXISTS {{ {inner} }}",
            f"FILTER (EXISTS {{ {inner} }} || {self._one()} = {self._constant()})",
            f"{{ {inner} }} UNION {{ {self.group(depth - 1)} }}",
            f"{{ {inner} }}",
            f"FILTER ({self._one()} IN ({self._constant()}, {self._constant()}))",
            f"{{ SELECT DISTINCT {self._draw.choice(VARIABLES[1:])} WHERE {{ {inner} }} }}",
            f"{{ SELECT ?a (COUNT(*) AS {self._fresh()}) WHERE {{ {inner} }} GROUP BY ?a }}",
            f"VALUES {self._draw.choice(VARIABLES[1:])} {{ {self._constant()} {self._constant()} }}",
            f"BIND({self._one()} AS {self._fresh()}) {self._fresh(0)} {self._property()} {self._one()} .",
        ]
        return self._draw.choice(kinds)

    def _triple(self) -> str:
        subject = self._one() if self._draw.random() < 0.9 else self._constant()
        object_ = self._one() if self._draw.random() < 0.8 else self._constant()
        if self._draw.random() < 0.05:
            return f"{subject} ?any {object_} ."
        return f"{subject} {self._property()} {object_} ."

    def _property(self) -> str:
        one, two = self._draw.choice(PROPERTIES), self._draw.choice(PROPERTIES)
        plain = f":{one}"
        paths = [
            f":{one}/:{two}",
            f"^:{one}",
            f":{one}*",
            f":{one}+",
            f"(:{one}|:{two})",
            f":{one}?",
            f"!(:{one}|^:{two})",
        ]
        return self._draw.choice([*[plain] * 14, *paths])

    def _one(self) -> str:
        return self._draw.choices(VARIABLES, (4, 4, 3, 1))[0]

    def _constant(self) -> str:
        return f":{self._draw.choice(NODES)}"

    def _fresh(self, more: int = 1) -> str:
        self._names += more
        return f"?x{self._names}"


def rows(store: Store, query: str, focus: str) -> Rows:
    """Return what a query answers about one focus node: at the mark in it, or where it has none in place of ?focus."""
    if MARK in query:
        found = store.query(query.replace(MARK, f"VALUES ?focus {{ <{focus}> }}"))
    else:
        found = store.query(query.replace("?focus", f"<{focus}>"))
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return frozenset(tuple((name, str(one[name])) for name in names if one[name] is not None) for one in found)


def answers(facts: AbstractSet[Triple], query: str) -> dict[str, Rows]:
    """Return what a query answers about each node."""
    store = Store()
    store.extend(Quad(*triple) for triple in facts)
    return {PREFIX + node: rows(store, query, PREFIX + node) for node in NODES}


def some_triple(draw: Random) -> Triple:
    subject, property_, object_ = draw.choice(NODES), draw.choice(PROPERTIES), draw.choice(NODES)
    return Triple(NamedNode(PREFIX + subject), NamedNode(PREFIX + property_), NamedNode(PREFIX + object_))


def reader(facts: AbstractSet[Triple]) -> EmbeddedReader:
    return memory_reader(list(facts))


def check(query: str, footprint: Footprint, draw: Random) -> int:
    """Edit random facts; return how many answers changed."""
    facts = {some_triple(draw) for _ in range(draw.randint(4, 16))}
    before = answers(facts, query)
    changed = 0
    for _ in range(EDITS):
        removed = set(draw.sample(sorted(facts, key=str), min(len(facts), draw.randrange(3))))
        added = {some_triple(draw) for _ in range(draw.randrange(3))} - facts
        facts = (facts - removed) | added
        after = answers(facts, query)
        moved = {node for node in after if after[node] != before[node]}
        changed += len(moved)
        touched = Touched(tuple(added), tuple(removed))
        view = View(reader(facts), touched)
        found = foci(footprint, view, view.visible())
        if not isinstance(found, Everything):
            assert moved <= found, f"{query}\nchanged: {moved - found}\nby: +{added} -{removed}\nfacts: {facts}"
            for node in found:
                lines = neighbourhood([(footprint, [node])], view)
                if isinstance(lines, list):
                    store = Store()
                    store.load(b"".join(lines), RdfFormat.N_TRIPLES)
                    assert rows(store, query, node) == after[node], f"{query}\nof {node}\nfacts: {facts}\ncut: {lines}"
        before = after
    return changed


@pytest.mark.parametrize("mark", [MARK, ""])
def test_random_queries(mark: str) -> None:
    draw = Random(SEED)  # noqa: S311 - repeatable queries, no secrets
    writer = Writer(draw)
    changed = narrow = 0
    for _ in range(QUERIES):
        query = f"PREFIX : <{PREFIX}> SELECT * WHERE {{ {mark} {writer.query()} }}"
        footprint = footprint_of_query(query, catalogued=Catalogued())
        assert isinstance(footprint, Footprint)
        narrow += not footprint.open and not footprint.roots
        changed += check(query, footprint, draw)
    assert changed > QUERIES // 2
    assert narrow > QUERIES // 5

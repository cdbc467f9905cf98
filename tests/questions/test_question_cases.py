"""Every question is asked of a small model whose answer was worked out by hand beside it."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from question_cases import CASES, asked, reader_of, slugs

from kg.questions import Asker, all_questions, find_question
from kg.rdf.names import PREFIXES
from kg.values import Cell, Item, Table, Trace

TODAY = date(2026, 6, 30)


def answer(slug: str, one: dict[str, Any]) -> Table | Trace:
    given = ({"item": one["item"]} if "item" in one else {}) | one.get("params", {})
    asker = Asker(reader_of(slug), {**PREFIXES, "": "https://example.org/case/"}, TODAY)
    return asker.answer(find_question(one["question"]), given)


def shown(cell: Cell) -> Cell:
    return cell.id if isinstance(cell, Item) else "" if cell is None else cell


@pytest.mark.parametrize(
    ("slug", "number"), [(slug, number) for slug in slugs() for number, _ in enumerate(asked(slug))]
)
def test_answer(slug: str, number: int) -> None:
    one = list(asked(slug))[number]
    found = answer(slug, one)
    if isinstance(found, Table):
        check_table(found, one)
    else:
        check_trace(found, one)


def check_table(found: Table, one: dict[str, Any]) -> None:
    chosen = [
        row
        for row in found.rows
        if all(shown(row[found.columns.index(name)]) in wanted for name, wanted in one.get("only", {}).items())
    ]
    if "count" in one:
        assert len(chosen) == one["count"]
    if "rows" in one:
        at = [found.columns.index(name) for name in one["columns"]]
        rows = dict.fromkeys(tuple(shown(row[n]) for n in at) for row in chosen)
        assert [list(row) for row in rows] == one["rows"]


def check_trace(found: Trace, one: dict[str, Any]) -> None:
    buckets = {name: {entry.item.id: entry for entry in entries} for name, entries in found.buckets}
    assert {name: set(buckets[name]) for name in one.get("buckets", {})} == {
        name: set(ids) for name, ids in one.get("buckets", {}).items()
    }
    marked = buckets[one.get("marked", "requirements")].values()
    for key, governs in (("governing", True), ("contributing", False)):
        if key in one:
            assert {entry.item.id for entry in marked if entry.governing is governs} == set(one[key])
    facts = {entry.item.id: dict(entry.facts) for entries in buckets.values() for entry in entries.values()}
    for item, wanted in one.get("facts", {}).items():
        told = {
            name: cell.title or cell.id if name in {"status", "outcome"} else shown(cell)
            for name, cell in facts[item].items()
        }
        assert {name: told.get(name) for name in wanted} == wanted
    if "breaks" in one:
        assert {item: told["chain_breaks"] for item, told in facts.items() if "chain_breaks" in told} == one["breaks"]
    first = [note for note in found.notes if note.code == "first-break"]
    if "first_break" in one:
        assert [f"the chain first breaks at {one['first_break']}: " in note.text for note in first] == [True]
    elif "breaks" in one:
        assert not first
    assert {*one.get("notes", ())} <= {note.code for note in found.notes}
    check_paths(found)


def check_paths(found: Trace) -> None:
    """Each entry has a path that starts at the item asked of and goes along links that were walked."""
    links = {(step.source, step.target) for step in found.steps}
    ends = {path[-1] for path in found.paths}
    assert ends == {entry.item.iri for _, entries in found.buckets for entry in entries}
    for path in found.paths:
        assert path[0] == found.start.iri
        assert len(path) > 1
        assert all(pair in links for pair in pairwise(path))


def test_every_question_has_a_case() -> None:
    assert {path.name for path in CASES.iterdir()} == set(all_questions())


def test_the_link_says_whether_it_governs() -> None:
    found = answer("threat-impact", {"question": "Q1", "item": "T1"})
    assert isinstance(found, Trace)
    marks = {
        (step.source.rpartition("/")[2], step.target.rpartition("/")[2]): step.governing
        for step in found.steps
        if step.bucket == "requirements"
    }
    assert marks["TL-UC", "SR-2.1"] is True
    assert marks["TL-UC", "SR-2.1-RE-1"] is False
    assert {step.governing for step in found.steps if step.bucket == "components"} == {None}

"""Literals of a snapshot come back as their sources write them, from whichever graph they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.rdf.terms import line
from kg.store import Delta, Index, current_snapshot, open_snapshot
from kg.store.written import as_written, canonical, canonical_term

if TYPE_CHECKING:
    from pathlib import Path

XSD = "http://www.w3.org/2001/XMLSchema#"


def fact(value: str) -> bytes:
    return f"<urn:s> <urn:p> {value} .\n".encode()


def typed(text: str, name: str) -> str:
    return f'"{text}"^^<{XSD}{name}>'


def test_one_canonical_line_may_stand_for_several() -> None:
    written = [fact(typed("01", "integer")), fact(typed("1", "int")), fact(typed("2", "integer")), fact('"01"')]
    found = as_written([fact(typed("1", "integer")), fact("<urn:o>")], lambda start: [w for w in written if start in w])
    assert sorted(found) == sorted([fact(typed("01", "integer")), fact(typed("1", "int")), fact("<urn:o>")])


def test_what_is_canonical_stays_and_costs_no_parsing() -> None:
    lines = [fact(typed("1", "integer")), fact(typed("2026-06-30", "date")), fact('"text"@en')]
    assert sorted(as_written(lines, lambda _: lines)) == sorted(lines)


def test_a_text_that_looks_like_a_typed_literal_is_left_alone() -> None:
    lines = [fact(f'"say \\"1\\"^^<{XSD}integer>"')]
    assert list(as_written(lines, lambda _: lines)) == lines


def test_canonical_is_what_a_store_gives_back() -> None:
    assert canonical(fact(typed("04.50", "decimal"))) == fact(typed("4.5", "decimal"))
    assert canonical(fact(typed("four", "decimal"))) == fact(typed("four", "decimal"))
    assert canonical_term(typed("1", "boolean")) == typed("true", "boolean")
    assert canonical_term("<urn:o>") == "<urn:o>"


def test_a_snapshot_looks_in_every_graph_that_says_it(tmp_path: Path) -> None:
    index = Index(tmp_path, lambda _: None)
    graphs = {"urn:a": [fact(typed("01", "integer"))], "urn:b": [fact(typed("1", "integer")), fact('"x"')]}
    index.commit("state", {graph: Delta(sorted(lines)) for graph, lines in graphs.items()}, {})
    index.publish(5)
    index.close()
    path = current_snapshot(tmp_path)
    assert path is not None
    with open_snapshot(path) as reader:
        stored = [line(q.subject, q.predicate, q.object) for q in reader.construct("CONSTRUCT WHERE { ?s ?p ?o }")]
        assert sorted(set(stored)) == sorted([fact(typed("1", "integer")), fact('"x"')])
        assert sorted(reader.written(set(stored))) == sorted({fact for lines in graphs.values() for fact in lines})

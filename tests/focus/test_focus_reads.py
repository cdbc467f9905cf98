"""Reads recorded, and which units a change touches by them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from focus_cases import PREFIX, triples
from pyoxigraph import Literal, NamedNode

from kg.focus.reads import Read, ReadLog, RecordingReader
from kg.store import memory_reader

if TYPE_CHECKING:
    from pathlib import Path

P, Q = NamedNode(PREFIX + "p"), NamedNode(PREFIX + "q")
F, X = NamedNode(PREFIX + "f"), NamedNode(PREFIX + "x")


def test_reads_are_recorded_empty_ones_too() -> None:
    reader = RecordingReader(memory_reader(triples(":f :p :x , 'text'")))
    assert set(reader.values(F, P)) == {X, Literal("text")}
    assert reader.values(X, Q) == []
    assert reader.subjects(Literal("text"), P) == [F]
    assert reader.outgoing(X) == []
    assert reader.incoming(X) == [(F, P)]
    assert reader.reads == {
        Read("<urn:x:f>", "urn:x:p", "out"),
        Read("<urn:x:x>", "urn:x:q", "out"),
        Read('"text"', "urn:x:p", "in"),
        Read("<urn:x:x>", "", "out"),
        Read("<urn:x:x>", "", "in"),
    }


def test_a_unit_is_touched_by_what_it_read_and_would_have_read() -> None:
    reads = {
        "values": Read("<urn:x:f>", "urn:x:p", "out"),
        "subjects": Read("<urn:x:x>", "urn:x:p", "in"),
        "outgoing": Read("<urn:x:f>", "", "out"),
        "incoming": Read("<urn:x:x>", "", "in"),
    }
    with ReadLog() as log:
        for unit, read in reads.items():
            log.replace(unit, [read])
        assert log.touched_by(triples(":f :p :x")) == {"values", "subjects", "outgoing", "incoming"}
        assert log.touched_by(triples(":f :p :y")) == {"values", "outgoing"}
        assert log.touched_by(triples(":g :p :x")) == {"subjects", "incoming"}
        assert log.touched_by(triples(":f :q :x")) == {"outgoing", "incoming"}
        assert log.touched_by(triples(":x :p :f")) == set()
        assert log.touched_by([]) == set()


def test_replace_forgets_what_was_read_before() -> None:
    with ReadLog() as log:
        log.replace("unit", [Read("<urn:x:f>", "urn:x:p", "out"), Read("<urn:x:f>", "urn:x:p", "out")])
        log.replace("unit", [Read("<urn:x:f>", "urn:x:q", "out")])
        assert log.touched_by(triples(":f :p :x")) == set()
        assert log.reads("unit") == {Read("<urn:x:f>", "urn:x:q", "out")}
        log.replace("idle", [])
        assert log.units() == {"unit", "idle"}
        log.drop("unit")
        log.drop("unknown")
        assert log.units() == {"idle"}
        assert log.touched_by(triples(":f :q :x")) == set()


def test_a_log_is_kept_with_the_state_that_it_is_of(tmp_path: Path) -> None:
    path = tmp_path / "reads.sqlite"
    with ReadLog(path) as log:
        assert log.state == ""
        log.replace("unit", [Read("<urn:x:f>", "urn:x:p", "out")])
        log.state = "one"
    with pytest.raises(ZeroDivisionError):
        _fail_midway(path)
    with ReadLog(path) as log:
        assert (log.state, log.units()) == ("one", {"unit"})


def _fail_midway(path: Path) -> None:
    with ReadLog(path) as log:
        log.replace("other", [Read("<urn:x:f>", "urn:x:p", "out")])
        log.state = f"{1 / 0}"


def test_a_log_agrees_with_a_plain_search() -> None:
    draw = Random(5)  # noqa: S311 - a test is no secret
    nodes, properties = [f"<urn:x:n{n}>" for n in range(12)], [f"urn:x:p{n}" for n in range(4)]
    reads = {
        f"unit {n}": {
            Read(draw.choice(nodes), draw.choice([*properties, ""]), draw.choice(("out", "in"))) for _ in range(5)
        }
        for n in range(40)
    }
    with ReadLog() as log:
        for unit, own in reads.items():
            log.replace(unit, own)
        for _ in range(200):
            s, p, o = draw.choice(nodes), draw.choice(properties), draw.choice(nodes)
            expected = {
                unit
                for unit, own in reads.items()
                for read in own
                if read.property in {p, ""} and read.node == (s if read.direction == "out" else o)
            }
            assert log.touched_by(triples(f"{s} <{p}> {o}")) == expected

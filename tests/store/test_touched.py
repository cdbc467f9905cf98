"""What was touched since a state: told by the log of deltas, or not at all; and a state in memory that changes."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from kg.errors import InterlockError
from kg.store import Delta, Index, Touched, current_snapshot, memory_reader, memory_state, open_snapshot
from kg.store import log as log_module

if TYPE_CHECKING:
    from pathlib import Path

INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
FILLER = [f"<http://filler/{n:03}> <http://p> <http://o> .\n".encode() for n in range(100)]


def fact(number: int | str, value: str = '"v"') -> bytes:
    return f"<http://s/{number}> <http://p> {value} .\n".encode()


def triple(line: bytes) -> Triple:
    (quad,) = parse(line, format=RdfFormat.N_TRIPLES)
    return quad.triple


def since(folder: Path, state: str) -> Touched | None:
    current = current_snapshot(folder)
    assert current is not None
    with open_snapshot(current) as reader:
        return reader.since(state)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index with states a (all filler), b (1 and 2 come), c (1 goes, 3 comes to another graph)."""
    index = Index(tmp_path / ".interlock", lambda _: None)
    index.commit("a", {"http://g": Delta(FILLER)}, {})
    index.publish(9)
    index.commit("b", {"http://g": Delta([fact(1), fact(2)])}, {})
    index.publish(9)
    index.commit("c", {"http://g": Delta(removed=[fact(1)]), "http://h": Delta([fact(3)])}, {})
    index.publish(9)
    index.close()
    return tmp_path / ".interlock"


def test_what_was_touched_since_each_state(folder: Path) -> None:
    assert since(folder, "c") == Touched()
    last = since(folder, "b")
    assert last == Touched((triple(fact(3)),), (triple(fact(1)),), frozenset({"http://g", "http://h"}))
    both = since(folder, "a")
    assert both is not None
    assert set(both.added) == {triple(fact(n)) for n in (1, 2, 3)}, "what came and went again is in both"
    assert both.removed == (triple(fact(1)),)
    assert list(both.triples()) == [*both.added, *both.removed]
    assert len(both) == 4


def test_it_can_not_be_told_across_a_new_load_from_nowhere_or_of_a_branch(folder: Path) -> None:
    assert since(folder, "") is None, "the first commit loaded the store anew"
    assert since(folder, "elsewhere") is None
    index = Index(folder, lambda _: None)
    index.commit("d", {"http://g": Delta([fact(n) for n in sorted(map(str, range(200, 500)))])}, {})
    index.publish(9)
    index.close()
    assert since(folder, "c") is None, "more than half changed: the store was loaded anew"
    assert since(folder, "d") == Touched()


def test_an_entry_that_is_gone_or_damaged_tells_nothing(folder: Path) -> None:
    (folder / "log" / "2.json").write_text('{"from": "a"')
    assert since(folder, "b") is not None
    assert since(folder, "a") is None
    (folder / "log" / "3.json").unlink()
    assert since(folder, "b") is None


def test_an_index_from_before_there_was_a_log_tells_nothing_and_goes_on(folder: Path) -> None:
    for path in (folder / "log").iterdir():
        path.unlink()
    (folder / "log").rmdir()
    assert since(folder, "b") is None
    index = Index(folder, lambda _: None)
    index.commit("d", {"http://g": Delta([fact(4)])}, {})
    index.publish(9)
    index.close()
    assert since(folder, "c") == Touched((triple(fact(4)),), (), frozenset({"http://g"}))
    assert since(folder, "b") is None


def test_a_redo_of_the_first_format_is_completed(folder: Path) -> None:
    state = json.loads((folder / "state.json").read_bytes()) | {"id": "d", "sequence": 4}
    redo = {"state": state, "deltas": {"http://h": {"added": [fact(3).decode()], "removed": []}}}
    (folder / "redo.json").write_text(json.dumps(redo))
    index = Index(folder, lambda _: None)
    index.publish(9)
    index.close()
    assert index.state.id == "d"
    assert not (folder / "redo.json").exists()
    assert since(folder, "c") is None
    (folder / "redo.json").write_text("")
    with pytest.raises(InterlockError, match=r"redo\.json is damaged, delete \.interlock"):
        Index(folder, lambda _: None)


def test_the_log_is_pruned_by_number_and_by_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def commit(count: int) -> list[int]:
        index = Index(folder, lambda _: None)
        for _ in range(count):
            number = index.state.sequence + 1
            index.commit(f"n{number}", {"http://g": Delta([fact(f"x{number}")])}, {})
        index.publish(1)
        index.close()
        return sorted(int(path.stem) for path in (folder / "log").iterdir())

    monkeypatch.setattr(log_module, "_KEPT", 4)
    assert commit(4) == [4, 5, 6, 7]
    assert since(folder, "c") is not None
    assert since(folder, "b") is None
    size = (folder / "log" / "7.json").stat().st_size
    monkeypatch.setattr(log_module, "_EVERY", 9)
    monkeypatch.setattr(log_module, "_BYTES", 2 * size + size // 2)
    assert commit(2) == [8, 9]
    (folder / "log" / "note.txt").write_text("not ours")
    monkeypatch.setattr(log_module, "_EVERY", 1)
    index = Index(folder, lambda _: None)
    index.commit("again", {}, {})
    index.close()
    assert (folder / "log" / "note.txt").exists()


def test_literals_are_given_as_a_reader_gives_them() -> None:
    touched = Touched.by({"http://g": Delta([fact(1, f'"01"^^<{INTEGER}>')])})
    assert [one.object for one in touched.added] == [Literal(1)]


def test_several_in_a_row_are_one() -> None:
    one, two = Delta([fact(1)], [fact(2)]), Delta([fact(2)], [fact(1)])
    whole = Touched.by({"http://g": one}, {"http://h": two, "http://empty": Delta()})
    assert set(whole.added) == set(whole.removed) == {triple(fact(1)), triple(fact(2))}
    assert whole.graphs == {"http://g", "http://h"}
    parts = Touched.by({"http://g": one}).and_then(Touched.by({"http://h": two}))
    assert (set(parts.added), set(parts.removed), parts.graphs) == (set(whole.added), set(whole.removed), whole.graphs)


def test_a_state_in_memory_changes_like_a_model() -> None:
    rng = random.Random(5)  # noqa: S311 - test data
    values = ['"v"', '"v"@en', f'"1"^^<{INTEGER}>', f'"01"^^<{INTEGER}>', "<http://s/3>"]
    model: dict[str, set[bytes]] = {f"http://g{n}": set() for n in range(3)}
    for lines in model.values():
        lines.update(fact(rng.randrange(6), rng.choice(values)) for _ in range(8))
    state = memory_state(model)
    everything = "SELECT * WHERE { ?s ?p ?o }"
    for _ in range(60):
        graph = rng.choice(sorted(model))
        come = {fact(rng.randrange(6), rng.choice(values)) for _ in range(rng.randrange(5))}
        gone = {line for line in model[graph] if rng.random() < 0.4} | {fact("absent")}
        model[graph] = (model[graph] - gone) | come
        touched = state.apply({graph: Delta(sorted(come), sorted(gone))})
        assert {*touched.added, *touched.removed} >= {triple(line) for line in come if b"^^" not in line}
        plain = memory_reader([b"".join(lines) for lines in model.values()])
        assert set(state.reader.select(everything)) == set(plain.select(everything))
        assert len(list(state.reader.select(everything))) == len(list(plain.select(everything)))
        assert state.facts() == sorted(set().union(*model.values()))
    assert state.graphs == ("http://g0", "http://g1", "http://g2")
    alone = memory_state([fact(1)])
    alone.apply({"http://other": Delta([fact(1)])})
    alone.apply({alone.graphs[1]: Delta(removed=[fact(1)])})
    assert len(list(alone.reader.outgoing(NamedNode("http://s/1")))) == 1, "the other graph still has it"
    assert alone.lines("http://none") == []

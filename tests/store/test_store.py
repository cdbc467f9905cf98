"""The default graph is the RDF merge; snapshots stay while somebody reads them."""

from __future__ import annotations

import errno
import fcntl
import os
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg.errors import InputError, InterlockError
from kg.store import Delta, Index, check_format, current_snapshot, memory_reader, open_snapshot, writer

if TYPE_CHECKING:
    from pathlib import Path

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
A, B, P = NamedNode("http://a"), NamedNode("http://b"), NamedNode("http://p")


def fact(number: int | str, value: str = '"v"') -> bytes:
    return f"<http://s/{number}> <http://p> {value} .\n".encode()


def integer(text: str) -> str:
    return f'"{text}"^^<http://www.w3.org/2001/XMLSchema#integer>'


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / ".interlock", lambda _: None)


def publish(index: Index, tmp_path: Path, keep: int = 5) -> Path:
    index.publish(keep)
    current = current_snapshot(tmp_path / ".interlock")
    assert current is not None
    return current


def test_a_triple_of_two_graphs_counts_once_and_stays_while_one_has_it(index: Index, tmp_path: Path) -> None:
    index.commit("one", {"http://g1": Delta([fact(1), fact(2)]), "http://g2": Delta([fact(1)])}, {})
    with open_snapshot(publish(index, tmp_path)) as reader:
        ((count,),) = reader.select(COUNT)
        assert count == Literal(2)
        assert reader.manifest.merged == 2
        assert len(list(reader.select("SELECT * WHERE { GRAPH ?g { ?s ?p ?o } }"))) == 3
        assert b"".join(reader.facts()).splitlines(keepends=True) == [fact(1), fact(2), fact(1)]
    index.commit("two", {"http://g1": Delta(removed=[fact(1)])}, {})
    assert index.state.merged == 2
    index.commit("three", {"http://g2": Delta(removed=[fact(1)])}, {})
    assert index.state.merged == 1
    with open_snapshot(publish(index, tmp_path)) as reader:
        assert reader.graphs == ("http://g1",)
        assert list(reader.outgoing(NamedNode("http://s/2"))) == [(P, Literal("v"))]
        assert list(reader.incoming(Literal("v"))) == [(NamedNode("http://s/2"), P)]
        assert list(reader.objects(NamedNode("http://s/2"), P)) == [Literal("v")]
        assert list(reader.subjects(P, Literal("v"))) == [NamedNode("http://s/2")]


def test_two_spellings_of_one_number_are_two_lines_and_one_triple_of_the_store(index: Index, tmp_path: Path) -> None:
    # pyoxigraph holds "1" and "01" as one quad: when one spelling goes, the other must keep it.
    lines = sorted([fact(1, integer("1")), fact(1, integer("01"))])
    index.commit("0", {"http://g0": Delta([fact(n) for n in range(9)])}, {})
    index.commit("1", {"http://g": Delta(lines)}, {})
    assert index.state.merged == 10
    index.commit("2", {"http://g": Delta(removed=[fact(1, integer("1"))])}, {})
    assert index.state.merged == 10
    with open_snapshot(publish(index, tmp_path)) as reader:
        assert reader.ask(f"ASK {{ GRAPH <http://g> {{ <http://s/1> <http://p> {integer('1')} }} }}")
        assert b"".join(reader.graph("http://g").chunks()) == fact(1, integer("01"))
    index.commit("3", {"http://g": Delta(removed=[fact(1, integer("01"))])}, {})
    assert index.state.merged == 9


def test_random_commits_keep_the_merge_equal_to_a_model(index: Index, tmp_path: Path) -> None:
    rng = random.Random(3)  # noqa: S311 - test data
    model: dict[str, set[bytes]] = {f"http://g{n}": set() for n in range(4)}
    values = ['"v"', '"v"@en', integer("1"), integer("01"), integer("+1"), "<http://s/3>"]
    for number in range(25):
        deltas = {}
        for graph in rng.sample(sorted(model), rng.randrange(1, 4)):
            come = {fact(rng.randrange(6), rng.choice(values)) for _ in range(rng.randrange(8))}
            gone = {line for line in model[graph] if rng.random() < 0.4} - come
            model[graph] = (model[graph] - gone) | come
            deltas[graph] = Delta(sorted(come), sorted(gone))
        index.commit(str(number), deltas, {})
        with open_snapshot(publish(index, tmp_path)) as reader:
            plain = memory_reader([b"".join(lines) for lines in model.values()])
            everything = "SELECT * WHERE { ?s ?p ?o }"
            assert Counter(reader.select(everything)) == Counter(plain.select(everything))
            assert reader.manifest.merged == len(list(plain.select(everything)))
            assert sorted(set(b"".join(reader.facts()).splitlines(True))) == sorted(set().union(*model.values()))


def test_snapshots_under_lease_survive_pruning(index: Index, tmp_path: Path) -> None:
    held = []
    for number in range(6):
        index.commit(str(number), {"http://g": Delta([fact(number)])}, {})
        path = publish(index, tmp_path, keep=2)
        if number in {0, 3}:
            held.append(open_snapshot(path))
    left = {path.name for path in (tmp_path / ".interlock" / "snapshots").iterdir()}
    assert left == {"0", "3", "4", "5"}
    assert [reader.manifest.merged for reader in held] == [1, 4]
    assert [len(b"".join(reader.facts()).splitlines()) for reader in held] == [1, 4]
    for reader in held:
        reader.close()
    index.commit("6", {"http://g": Delta([fact(6)])}, {})
    publish(index, tmp_path, keep=2)
    assert {path.name for path in (tmp_path / ".interlock" / "snapshots").iterdir()} == {"5", "6"}
    used = set((tmp_path / ".interlock" / "graphs").iterdir())
    assert len(used) <= 4, "files of graphs go with the snapshots that name them"
    with pytest.raises(InterlockError, match="is gone"):
        open_snapshot(tmp_path / ".interlock" / "snapshots" / "0")


def test_a_snapshot_pruned_while_it_is_opened_is_gone(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.commit("a", {"http://g": Delta([fact(1)])}, {})
    path = publish(index, tmp_path)
    real = fcntl.flock

    def flock(handle: int, kind: int) -> None:
        if path.exists():
            path.rename(path.with_name("pruned"))
        real(handle, kind)

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(InterlockError, match="is gone"):
        open_snapshot(path)


def test_coming_back_to_an_earlier_state_takes_its_snapshot_again(index: Index, tmp_path: Path) -> None:
    index.commit("a", {"http://g": Delta([fact(1)])}, {})
    publish(index, tmp_path)
    index.commit("b", {"http://g": Delta([fact(2)])}, {})
    publish(index, tmp_path)
    index.commit("a", {"http://g": Delta(removed=[fact(2)])}, {})
    with open_snapshot(publish(index, tmp_path)) as reader:
        assert reader.manifest.id == "a"
        assert b"".join(reader.facts()) == fact(1)


def test_many_removals_are_compacted_away(index: Index, tmp_path: Path) -> None:
    steps: list[str] = []
    index = Index(tmp_path / "other", steps.append)
    index.commit("a", {"http://g": Delta([fact(n) for n in sorted(map(str, range(1000)))])}, {})
    index.publish(2)
    for number in range(0, 600, 200):
        gone = sorted(fact(n) for n in range(number, number + 200))
        index.commit(str(number), {"http://g": Delta(removed=gone)}, {})
        index.publish(2)
    assert "compact" in steps
    assert index.state.merged == 400


@pytest.mark.parametrize("text", ["99\n", "newer\n"])
def test_an_index_of_another_version_is_one_line(tmp_path: Path, text: str) -> None:
    check_format(tmp_path)
    (tmp_path / "format").write_text(text)
    with pytest.raises(InputError, match=r"delete \.interlock"):
        check_format(tmp_path)


def test_damage_is_one_line(index: Index, tmp_path: Path) -> None:
    index.commit("a", {"http://g": Delta([fact(1)])}, {})
    whole = publish(index, tmp_path)
    index.commit("b", {"http://g": Delta([fact(2)])}, {})
    path = publish(index, tmp_path)
    (path / "manifest.json").write_text("{")
    with pytest.raises(InterlockError, match=r"is damaged, delete \.interlock"):
        open_snapshot(path)
    for file in (whole / "store").glob("*.sst"):
        file.write_bytes(b"")
    with pytest.raises(InterlockError, match=r"is damaged, delete \.interlock"):
        open_snapshot(whole)
    (tmp_path / ".interlock" / "state.json").write_text("[]")
    with pytest.raises(InterlockError, match=r"state\.json is damaged, delete \.interlock"):
        Index(tmp_path / ".interlock", lambda _: None)


def test_memory_takes_triples_quads_and_bytes() -> None:
    reader = memory_reader(
        [Triple(A, P, B), Quad(A, P, B, NamedNode("http://g")), b"<http://a> <http://p> <http://b> .\n"]
    )
    ((count,),) = reader.select(COUNT)
    assert count == Literal(1)
    assert reader.ask("ASK { GRAPH <http://g> { <http://a> ?p ?o } }")
    assert list(reader.construct("CONSTRUCT WHERE { ?s ?p ?o }")) == [Triple(A, P, B)]
    rows = reader.select("SELECT ?s ?none WHERE { ?s ?p ?o }")
    assert rows.variables == ("s", "none")
    assert list(rows) == [(A, None)]


def test_bad_queries_and_bad_triples_are_one_line() -> None:
    reader = memory_reader(b"")
    with pytest.raises(InputError, match=r"^not a valid SPARQL query: syntax error at line 1, column \d+$"):
        reader.select("SELECT ?x WHERE { ?x")
    for call, query in ((reader.select, "ASK { }"), (reader.ask, COUNT), (reader.construct, COUNT)):
        with pytest.raises(InputError, match="is needed here"):
            call(query)
    with pytest.raises(InputError, match="not valid N-Triples"):
        memory_reader(b"<http://a> nonsense .\n")


def test_a_snapshot_can_be_read_where_nothing_may_be_written(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.commit("a", {"http://g": Delta([fact(1)])}, {})
    path = publish(index, tmp_path)
    opened = os.open

    def read_only(name: str, flags: int, mode: int = 0o777) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY):
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS), str(name))
        return opened(name, flags, mode)

    monkeypatch.setattr(os, "open", read_only)
    with open_snapshot(path) as reader:
        assert len(list(reader.select("SELECT * { ?s ?p ?o }"))) == 1


def test_a_full_disk_is_no_damaged_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path) -> None:
        raise OSError(f"IO error: No space left on device: While appending to file: {folder}/MANIFEST-000075")

    monkeypatch.setattr(writer, "Store", full)
    with pytest.raises(OSError, match="No space left on device") as told:
        writer.open_writer(tmp_path)
    assert (told.value.errno, told.value.filename) == (errno.ENOSPC, str(tmp_path))

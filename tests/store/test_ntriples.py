"""Sorted lines: difference and merge against sets, which need no order."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from kg.rdf.ntriples import diff, merge, sort_unique, write_atomic
from kg.store.delta import Delta
from kg.store.graphs import GraphFile, GraphState
from kg.store.index import Index

if TYPE_CHECKING:
    from pathlib import Path


def some(rng: random.Random, count: int) -> list[bytes]:
    return sorted(
        {
            f"<http://e/{rng.randrange(40)}> <http://p> <http://e/{n}> .\n".encode()
            for n in rng.choices(range(50), k=count)
        }
    )


def test_diff_and_merge_agree_with_sets() -> None:
    rng = random.Random(1)  # noqa: S311 - test data
    for _ in range(300):
        old, new = some(rng, rng.randrange(60)), some(rng, rng.randrange(60))
        added, removed = diff(old, new)
        assert (added, removed) == (sorted(set(new) - set(old)), sorted(set(old) - set(new)))
        assert list(merge(old, added, removed)) == new
        # A line to add that is there and one to remove that is not do no harm.
        assert (
            list(merge(old, sorted({*added, *new}), {*removed, b"<http://not> <http://there> <http://x> .\n"})) == new
        )


def test_sort_unique() -> None:
    assert sort_unique([b"b", b"a", b"b"]) == sort_unique(iter([b"a", b"b"])) == [b"a", b"b"]


def test_graph_files_agree_with_sets_over_many_small_commits(tmp_path: Path) -> None:
    rng = random.Random(2)  # noqa: S311 - test data
    index = Index(tmp_path / "index", lambda _: None)
    lines: set[bytes] = set()
    for number in range(15):
        come, gone = some(rng, 20), some(rng, 20)
        lines = (lines - set(gone)) | set(come)
        index.commit(f"{number:02}", {"http://g": Delta(come, gone)}, {})
        file = index.graph("http://g")
        assert file is not None
        expected = sorted(lines)
        assert list(file.lines()) == expected
        assert b"".join(file.chunks()) == b"".join(expected)
        assert len(file) == len(expected)
        assert index.state.merged == len(expected)
        for line in some(rng, 10):
            assert file.has(line) == (line in lines)
            prefix = line.split(b" ")[0] + b" "
            assert file.starting(prefix) == [one for one in expected if one.startswith(prefix)]
    assert index.state.graphs["http://g"].added, "a small change must not rewrite the base"
    index.commit("last", {"http://g": Delta(removed=sorted(lines))}, {})
    assert index.graph("http://g") is None
    index.close()


def test_an_empty_graph_and_a_write_that_fails(tmp_path: Path) -> None:
    (tmp_path / "empty.nt").write_bytes(b"")
    empty = GraphFile(tmp_path, GraphState("empty.nt"))
    assert list(empty.chunks()) == list(empty.lines()) == empty.starting(b"<") == []
    target = tmp_path / "file"
    write_atomic(target, [b"old"])

    def broken() -> object:
        yield b"new"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomic(target, broken())  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"

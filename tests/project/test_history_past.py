"""Past content told from the records since, held against replaying everything; branches, merges and contradictions."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from kg.errors import BrokenFile, InputError
from kg.project.history import History
from kg.project.past import Past
from kg.project.record import Header, write_record
from kg.store import Delta

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://plant.example/"
GRAPHS = (f"{BASE}graph/source/a", f"{BASE}graph/source/b")
SUBJECTS = tuple(f"{BASE}s{number}" for number in range(4))
RUNS = int(os.environ.get("INTERLOCK_HISTORY_RUNS", "15"))


def line(subject: str, value: int) -> bytes:
    return f'<{subject}> <http://p> "{value}" .\n'.encode()


def record(folder: Path, parents: tuple[str, ...], deltas: dict[str, Delta], when: int = 0) -> str:
    stamp = f"2026-11-23T10:{when // 60:02}:{when % 60:02}Z"
    return write_record(folder, Header(BASE, tuple(sorted(parents)), stamp, "who", f"change {when}", "tool"), deltas)


def content(state: dict[str, list[bytes]], subject: str) -> list[bytes]:
    start = f"<{subject}> ".encode()
    return sorted({one for lines in state.values() for one in lines if one.startswith(start)})


def grown(folder: Path, chance: random.Random, changes: int) -> History:
    """A history with branches and merges, whose every change fits the state that its parents lead to."""
    heads: list[str] = []
    for number in range(changes):
        history = History(folder)
        parents = tuple(chance.sample(heads, min(len(heads), chance.choice((1, 1, 1, 2, 3))))) if heads else ()
        if heads and chance.random() < 0.3:  # a branch from somewhere earlier
            parents = (chance.choice(history.ids),)
        state = history.replay(history.order(parents)) if parents else {}
        deltas = {}
        for graph in GRAPHS:
            there = set(state.get(graph, []))
            lines = [line(chance.choice(SUBJECTS), chance.randrange(3)) for _ in range(chance.randrange(4))]
            delta = Delta(sorted({one for one in lines if one not in there}), sorted({*lines} & there))
            if delta:
                deltas[graph] = delta
        record(folder, history.tips(history.ancestors(parents)), deltas, number)
        heads = list(History(folder).heads())
    return History(folder)


@pytest.mark.parametrize("seed", range(RUNS))
def test_the_past_is_what_a_replay_gives(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed makes a failure come back
    history = grown(tmp_path / "changes", chance, 14)
    now = history.replay(history.order(history.heads()))
    for at in history.ids:
        then = history.replay(history.order([at]))
        past = Past(history, [at])
        back = {graph: set(lines) for graph, lines in now.items()}
        for graph, delta in past.delta().items():
            lines = back.setdefault(graph, set())
            lines.difference_update(delta.removed)
            lines.update(delta.added)
        assert {graph: sorted(lines) for graph, lines in back.items() if lines} == then
        asked = {
            subject: {g: [o for o in lines if o.startswith(f"<{subject}> ".encode())] for g, lines in now.items()}
            for subject in SUBJECTS
        }
        assert past.content(SUBJECTS, asked.__getitem__) == {s: content(then, s) for s in SUBJECTS}
        assert history.content(SUBJECTS[:1], [at], asked.__getitem__) == {SUBJECTS[0]: content(then, SUBJECTS[0])}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_two_changes_never_depends_on_what_came_later(tmp_path: Path, seed: int) -> None:
    history = grown(tmp_path / "changes", random.Random(100 + seed), 16)  # noqa: S311 - as above
    everything = history.order(history.heads())
    assert sorted(everything) == list(history.ids)
    for at in history.ids:
        led = history.ancestors([at])
        assert history.order([at]) == [one for one in everything if one in led]
        assert history.since([at]) == [one for one in everything if one not in led]
        assert all(set(history.header(one).parents) <= set(everything[:place]) for place, one in enumerate(everything))
        assert history.until([at]).heads() == (at,)
        assert history.until([at]).ids == tuple(sorted(led))


def test_two_branches_that_remove_the_same_fact(tmp_path: Path) -> None:
    """Each side removes the fact; on either side it is gone, and before both it is there."""
    folder, graph = tmp_path / "changes", GRAPHS[0]
    fact, other = line(SUBJECTS[0], 1), line(SUBJECTS[0], 2)
    first = record(folder, (), {graph: Delta([fact])}, 1)
    ours = record(folder, (first,), {graph: Delta([], [fact])}, 2)
    theirs = record(folder, (first,), {graph: Delta([other], [fact])}, 3)
    history = History(folder)
    assert history.heads() == tuple(sorted((ours, theirs)))
    now = {graph: [other]}
    expected = {first: [fact], ours: [], theirs: [other]}
    for at, lines in expected.items():
        assert Past(history, [at]).content(SUBJECTS[:1], lambda _: now) == {SUBJECTS[0]: lines}
    assert history.touching(SUBJECTS[0]) == [first, *sorted((ours, theirs))]
    assert history.touching(SUBJECTS[1]) == []


def test_a_missing_or_damaged_record_is_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "changes"
    first = record(folder, (), {GRAPHS[0]: Delta([line(SUBJECTS[0], 1)])}, 1)
    second = record(folder, (first,), {GRAPHS[0]: Delta([line(SUBJECTS[0], 2)])}, 2)
    path = folder / f"{second}.trig"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"2"', b'"3"'))
    with pytest.raises(BrokenFile, match="is damaged"):
        Past(History(folder), [first]).delta()
    path.write_bytes(whole)
    (folder / f"{first}.trig").unlink()
    with pytest.raises(InputError, match="is missing, but"):
        History(folder).order([second])

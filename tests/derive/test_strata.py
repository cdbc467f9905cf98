"""After any change the derived graph is what a full run makes of it; what forgets something is caught."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from toy_derivations import EX, NAMES, PROPERTIES, fact, toy_units

from kg.derive import Derivations
from kg.derive.book import Book
from kg.focus.touch import Everything
from kg.project.config import Config
from kg.project.derived import Context
from kg.project.history import History
from kg.store import Delta, Touched, memory_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kg.derive.unit import Change, Unit
    from kg.store import MemoryState

EDITS = int(os.environ.get("INTERLOCK_DERIVE_EDITS", "150"))
GRAPHS = ("http://g1", "http://g2")


class World:
    """A state that is derived from after each edit, beside the derivations that do it."""

    def __init__(self, folder: Path, derivations: Derivations) -> None:
        self.context = Context(Config(EX), History(folder / "record"), (), folder)
        self.derivations, self.mark = derivations, ""
        self.state: MemoryState = memory_state({})
        self.notes: tuple[object, ...] = ()
        self.bring(None)

    def edit(self, graph: str, added: list[bytes], removed: list[bytes]) -> None:
        self.bring(self.state.apply({graph: Delta(added, removed)}))

    def bring(self, touched: Touched | None) -> None:
        outcome = self.derivations.bring(self.state, touched, self.mark, self.context)
        self.mark, self.notes = outcome.mark, outcome.notes

    def derived(self) -> list[bytes]:
        return self.state.lines(self.context.graph)

    def anew(self) -> list[bytes]:
        """What a full run derives from the same facts."""
        state = memory_state({graph: self.state.lines(graph) for graph in GRAPHS})
        Derivations(toy_units()).bring(state, None, "", replace(self.context, folder=None))
        return state.lines(self.context.graph)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    memory = Path("/dev/shm")  # noqa: S108 - a fresh folder in it; syncing takes most of the time elsewhere
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as here:
        yield Path(here)


def aimed(rng: random.Random) -> Iterator[tuple[str, list[bytes], list[bytes], str]]:
    """Edits of one triple alone: each property, put and taken between all sorts of nodes, with fresh ones."""
    for number, name in enumerate(PROPERTIES):
        for here, there in product([*NAMES[:4], f"fresh{number}"], [NAMES[1], NAMES[5], "retired", f"new{number}"]):
            line = fact(here, name, there)
            yield rng.choice(GRAPHS), [line], [], "put"
    for name in PROPERTIES:
        yield rng.choice(GRAPHS), [], [name.encode()], "take"


def edits(seed: int, count: int) -> Iterator[Callable[[World], None]]:
    rng = random.Random(seed)  # noqa: S311 - test data

    def put(world: World) -> None:
        lines = [fact(rng.choice(NAMES), rng.choice(PROPERTIES), rng.choice([*NAMES, "retired"])) for _ in range(3)]
        world.edit(rng.choice(GRAPHS), lines[: rng.randrange(1, 4)], [])

    def take(world: World) -> None:
        graph = rng.choice(GRAPHS)
        lines = world.state.lines(graph)
        world.edit(graph, [], rng.sample(lines, min(len(lines), rng.randrange(1, 4))))

    def move(world: World) -> None:
        graph = rng.choice(GRAPHS)
        lines = world.state.lines(graph)
        gone = rng.sample(lines, min(len(lines), 1))
        world.edit(graph, [fact(rng.choice(NAMES), "likes", rng.choice(NAMES))], gone)

    def whole_node(world: World) -> None:
        name = f"<{EX}{rng.choice(NAMES)}>".encode()
        for graph in GRAPHS:
            world.edit(graph, [], [line for line in world.state.lines(graph) if name in line])

    for _ in range(count):
        yield rng.choices([put, take, move, whole_node], [6, 4, 3, 1])[0]


def first_difference(folder: Path, derivations: Derivations, seed: int, count: int) -> int | None:
    """Return the number of the first edit after which the derived graph is not that of a full run."""
    world = World(folder, derivations)
    for number, edit in enumerate(edits(seed, count)):
        edit(world)
        if world.derived() != world.anew():
            return number
    rng = random.Random(seed)  # noqa: S311 - test data
    for number, (graph, come, gone, _) in enumerate(aimed(rng)):
        taken = [line for line in world.state.lines(graph) if gone and b"/" + gone[0] + b">" in line]
        for lines in ([come, []],) if come else ([[], [line]] for line in taken):
            world.edit(graph, *lines)
            if world.derived() != world.anew():
                return count + number
    return None


def test_a_small_world_by_hand(folder: Path) -> None:
    world = World(folder, Derivations(toy_units()))
    assert world.derived() == []
    world.edit(
        GRAPHS[0],
        [
            fact("a", "from", "s"),
            fact("b", "below", "a"),
            fact("c", "uses", "b"),
            fact("b", "uses", "a"),
            fact("s", "likes", "s"),
        ],
        [],
    )
    assert world.derived() == []
    world.edit(GRAPHS[0], [], [fact("s", "likes", "s")])  # now nothing speaks of the source any more
    true = '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'
    assert world.derived() == sorted(
        [
            fact("a", "lost", "s"),
            *(fact(one, "weak", "s") for one in "ab"),
            *(f"<{EX}{one}> <{EX}weakened> {true} .\n".encode() for one in "ab"),
            *(f'<{EX}{one}> <{EX}doubted> "yes" .\n'.encode() for one in "abc"),
            *(fact(one, "alarm", "s") for one in "ab"),
        ]
    )
    world.edit(GRAPHS[1], [fact("b", "muted", "x")], [])
    assert fact("b", "alarm", "s") not in world.derived()
    world.edit(GRAPHS[1], [fact("s", "likes", "x")], [])
    assert world.derived() == []
    assert world.notes == ()


@pytest.mark.parametrize("seed", range(3))
def test_after_each_edit_it_is_what_a_full_run_makes(folder: Path, seed: int) -> None:
    assert first_difference(folder, Derivations(toy_units()), seed, EDITS) is None


class Without:
    """A mutant: a derivation that loses some of its focus nodes."""

    def __init__(self, unit: Unit, lose: Callable[[set[str]], set[str]]) -> None:
        self._unit, self._lose = unit, lose
        self.name, self.stratum, self.version = unit.name, unit.stratum, unit.version
        self.derive = unit.derive

    def foci(self, change: Change) -> set[str] | Everything:
        found = self._unit.foci(change)
        return found if isinstance(found, Everything) else self._lose(found)


@pytest.mark.parametrize("name", ["lost", "loud", "weak", "doubts", "alarm"])
@pytest.mark.parametrize("lose", [lambda _: set(), lambda found: set(sorted(found)[1:])], ids=["all", "one"])
def test_a_derivation_that_forgets_focus_nodes_is_caught(
    folder: Path, name: str, lose: Callable[[set[str]], set[str]]
) -> None:
    units = [Without(unit, lose) if unit.name == name else unit for unit in toy_units()]
    assert first_difference(folder, Derivations(units), 1, EDITS) is not None


@pytest.mark.parametrize("side", ["added", "removed"])
def test_a_driver_that_forgets_the_past_or_the_present_is_caught(
    folder: Path, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Touched.by
    monkeypatch.setattr(Touched, "by", lambda *changes: replace(whole(*changes), **{side: ()}))
    assert first_difference(folder, Derivations(toy_units()), 1, EDITS) is not None


def test_a_driver_that_forgets_what_lower_strata_changed_is_caught(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Touched, "and_then", lambda self, _: self)
    assert first_difference(folder, Derivations(toy_units()), 1, EDITS) is not None


def test_a_book_that_forgets_who_else_makes_a_line_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "has", lambda *_: False)
    assert first_difference(folder, Derivations(toy_units()), 1, EDITS) is not None


def test_a_book_that_forgets_reads_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "note", lambda *_: None)
    assert first_difference(folder, Derivations(toy_units()), 1, EDITS) is not None


def test_a_book_of_another_state_is_not_trusted(folder: Path) -> None:
    world = World(folder, Derivations(toy_units()))
    world.edit(GRAPHS[0], [fact("a", "from", "s"), fact("b", "below", "a")], [])
    expected = world.derived()
    for spoil in ((folder / "derive.sqlite").unlink, lambda: (folder / "derive.sqlite").write_bytes(b"no")):
        spoil()
        world.bring(Touched())
        assert [note.code for note in world.notes] == ["full-run"]
        assert world.derived() == expected
        world.bring(Touched())
        assert world.notes == ()
    old = world.mark
    world.edit(GRAPHS[0], [fact("a", "from", "t")], [])
    world.mark = old
    world.edit(GRAPHS[0], [], [fact("a", "from", "t")])
    assert world.notes
    assert world.derived() == expected


def test_lines_of_an_earlier_set_of_derivations_go(folder: Path) -> None:
    world = World(folder, Derivations(toy_units()))
    world.edit(GRAPHS[0], [fact("a", "from", "s")], [])
    assert world.derived()
    fewer = [unit for unit in toy_units() if unit.name == "loud"]
    assert Derivations(fewer).digest != world.derivations.digest
    world.derivations = Derivations(fewer)
    world.bring(None)
    assert world.derived() == []


def test_nothing_to_derive_keeps_no_file(folder: Path) -> None:
    world = World(folder, Derivations([unit for unit in toy_units() if unit.name == "lost"]))
    world.edit(GRAPHS[0], [fact("a", "uses", "b")], [])
    assert not (folder / "derive.sqlite").exists()

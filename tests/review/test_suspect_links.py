"""After any change the derived links are those that records and contents ask for; what forgets something is caught."""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode
from review_models import BASE, lines
from review_world import MODEL, OTHER, REVIEWS, World, expected

import kg.derive.suspect_links as module
from kg.derive.suspect_links import SuspectLinks
from kg.rdf.names import NS
from kg.review.links import Links
from kg.review.past import Earlier
from kg.review.states import Standings
from kg.store import Delta, Touched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EDITS = int(os.environ.get("INTERLOCK_REVIEW_EDITS", "60"))

ITEMS = ("t1", "t2", "r1", "q1", "q2", "c1", "c2", "z1", "z2", "s1", "ev")
STATEMENTS = (
    ":{x} dcterms:title 'A' .",
    ":{x} dcterms:title 'B' .",
    ":{x} dcterms:identifier 'I' .",
    ":{x} il:status il:retired .",
    ":{x} il:status il:planned .",
    ":{x} :own 4.0 .",
    ":{x} il:derivedFrom :{y} .",
    ":{x} il:derivedFrom :{y} .",
    ":{x} il:locatedIn :{y} .",
    ":{x} il:settingOf :{y} .",
    ":{x} il:evidencedBy :{y} .",
    ":{x} il:supports :{y} .",
    ":{x} il:ownedBy :{y} .",
    ":{x} il:hasAllocation [ a il:Allocation ; il:allocatedTo :{y} ] .",
    ":{x} il:hasAllocation [ il:number 1 ; il:hasAllocation [ il:allocatedTo :{y} ; :own 1 ] ] .",
    ":{x} il:hasInterface :p1 .",
    ":p1 a il:NetworkInterface .",
    ":p1 il:attachedTo :{y} .",
    ":{x} il:entersThrough :p1 .",
    ":{x} a il:Component .",
    ":{x} a il:Zone .",
)


class Editor:
    """Edits a world at random; every sort of thing that may happen."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self.random = world, random
        self.accepted = 0

    def step(self) -> str:
        """Do one thing, and return what."""
        what = self.random.choices(("statement", "accept", "judge", "forget", "back"), (70, 4, 16, 4, 6))[0]
        getattr(self, f"_{what}")()
        return what

    def _statement(self) -> None:
        x, y = self.random.sample(ITEMS, 2)
        new = lines(self.random.choice(STATEMENTS).format(x=x, y=y))
        graph = self.random.choice((MODEL, MODEL, OTHER))
        there = set(self.world.state.lines(graph))
        gone = list(there & set(new)) or self.random.sample(
            sorted(there), min(len(there), self.random.choice((0, 0, 1)))
        )
        self.world.edit({graph: Delta(sorted(set(new) - there), gone)})

    def _accept(self) -> None:
        if self.accepted < 3:
            self.accepted += 1
            self.world.accept(f"R{self.accepted}")

    def _judge(self) -> None:
        found = self.world.standings().of(BASE + self.random.choice(ITEMS))
        found = [one for one in found if BASE + "p1" not in one.link]  # a review would keep an item that became a part
        if found:
            chosen = self.random.sample(found, self.random.randint(1, min(2, len(found))))
            self.world.judge([one.link for one in chosen], valid=self.random.random() < 0.7)

    def _forget(self) -> None:
        """A branch without some of the reviews."""
        there = self.world.state.lines(REVIEWS)
        known = sorted({one.split(b" ", 1)[0] for one in there})
        gone = set(self.random.sample(known, len(known) // 3))
        self.world.edit({REVIEWS: Delta(removed=[one for one in there if one.split(b" ", 1)[0] in gone])})

    def _back(self) -> None:
        """The model as it was at some time."""
        history = self.world.history
        order = history.order(self.world.heads)
        at = self.random.choice(order)
        then = history.replay(history.order((at,)))
        deltas = {}
        for graph in (MODEL, OTHER):
            deltas[graph] = Delta.between(self.world.state.lines(graph), then.get(graph, []))
        self.world.edit(deltas)


def run(folder: Path, edits: int, seed: int, unit: SuspectLinks | None = None) -> Iterator[tuple[int, list[str], bool]]:
    """Yield after each edit: its number, what was done so far, whether the derived links are right."""
    world = World(folder, unit)
    random = Random(seed)  # noqa: S311 - no secret
    editor = Editor(world, random)
    done: list[str] = []
    world.edit({MODEL: Delta(lines("".join(f":{x} a il:Item ; dcterms:title 'A' ." for x in ITEMS)))})
    for number in range(edits):
        done.append(editor.step())
        yield number, done, world.derived() == expected(world)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_brought_forward_is_right(tmp_path: Path, seed: int) -> None:
    for number, done, right in run(tmp_path, EDITS, seed):
        assert right, f"seed {seed}, edit {number}: {done[-5:]}"


class Forgetful(SuspectLinks):
    """Leaves out triples that a change touched."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self._names = {NS + name for name in names}

    def concerned(self, reader, touched, context):  # type: ignore[no-untyped-def]
        def kept(triples):  # type: ignore[no-untyped-def]
            return tuple(triple for triple in triples if triple.predicate.value not in self._names)

        return super().concerned(reader, Touched(kept(touched.added), kept(touched.removed), touched.graphs), context)


def caught(folder: Path, unit: SuspectLinks | None = None, seeds: int = 6) -> bool:
    """Tell whether some run of the test fails."""
    return any(not right for seed in range(seeds) for _, _, right in run(folder / str(seed), EDITS, seed, unit))


@pytest.mark.parametrize(
    "names", [("reviewsLinkFrom", "reviewsLinkTo"), ("status",), ("derivedFrom",), ("attachedTo",)]
)
def test_a_derivation_that_forgets_a_property_is_caught(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert caught(tmp_path, Forgetful(*names))


def test_a_derivation_that_forgets_neighbours_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Links, "arriving", lambda *_: iter(()))
    assert caught(tmp_path)


def test_a_derivation_that_forgets_owners_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_around", lambda standings, node: set(standings.links.of(node)))
    assert caught(tmp_path)


def test_a_derivation_that_forgets_who_named_an_item_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Earlier, "naming", lambda *_: set())
    monkeypatch.setattr(Standings, "_to", lambda *_: [])
    assert caught(tmp_path)


def test_an_acceptance_that_forgets_what_was_said_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Earlier, "leaving", lambda *_: set())
    assert caught(tmp_path)


def test_a_link_of_its_own_is_derived_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.say(":a a il:Zone . :b a il:Component ; il:locatedIn :a ; dcterms:title 'B' .")
    world.accept("R1")
    assert world.derived() == {}
    world.say(":a a il:Zone . :b a il:Component ; il:locatedIn :a ; dcterms:title 'C' .")
    key = (BASE + "b", NS + "locatedIn", BASE + "a")
    assert world.derived() == {key: (frozenset({"SuspectLink"}), frozenset({BASE + "b"}))}
    (node,) = set(world.state.reader.subjects(NamedNode(NS + "changedEnd"), NamedNode(BASE + "b")))
    judged = list(world.state.reader.objects(node, NamedNode(NS + "lastJudged")))
    assert judged == [NamedNode(f"{BASE}acceptance/R1")]

"""The driver against full runs: what changed it names, what it cuts out gives the same findings; and it can fail.

``INTERLOCK_EDITS`` sets how many random edits are made, ``INTERLOCK_SEED`` which.
"""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from focus_world import FRESH, RETIRED, World, edits, world

from kg.focus.touch import Everything, foci
from kg.focus.view import View
from kg.rdf.names import CATALOGUE, NS, RDF, RDFS
from kg.store import Delta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.focus.footprint import Edge, Footprint

EDITS = int(os.environ.get("INTERLOCK_EDITS", "15"))
SEED = int(os.environ.get("INTERLOCK_SEED", "1"))

TARGETS = "https://cases.example/pass/iec62443-3-2-2020/ZCR-5.6/"
RISKS = "https://cases.example/pass/iec62443-3-2-2020/ZCR-5.6-unmitigated/"
SIGNING = "https://cases.example/pass/bridge/sign-off/"


@pytest.fixture(scope="module")
def facts() -> list[bytes]:
    return world()


@pytest.fixture(scope="module")
def whole(facts: list[bytes]) -> World:
    """A world that every test must leave as it found it."""
    return World(facts)


def test_random_edits(facts: list[bytes]) -> None:
    world = World(facts)
    draw = Random(SEED)  # noqa: S311 - repeatable edits, no secrets
    changed = 0
    for number, delta in zip(range(EDITS), edits(world.state, draw), strict=False):
        seen = world.edit(delta)
        changed += seen.changed
        assert (seen.missed, seen.wrong) == ([], []), f"edit {number}: {delta}"
    assert changed >= EDITS // 3


def test_every_rule_finds_something_here(whole: World) -> None:
    silent = {rule.name for rule in whole.rules.rules} - {rule for rule, _ in whole.hits}
    assert silent == set()


def without(drop: Callable[[Edge], bool]) -> Callable[[Footprint, View, Iterable[Triple]], set[str] | Everything]:
    """Return a driver that lacks some edges."""

    def seek(footprint: Footprint, view: View, triples: Iterable[Triple]) -> set[str] | Everything:
        kept = tuple(edge for edge in footprint.edges if not drop(edge))
        return foci(replace(footprint, edges=kept), view, triples)

    return seek


def rootless(footprint: Footprint, view: View, triples: Iterable[Triple]) -> set[str] | Everything:
    return foci(replace(footprint, roots=(), open=()), view, triples)


class OnlyPresent(View):
    """Forgets what went."""

    def visible(self) -> list[Triple]:
        return [t for t in super().visible() if t.object in self.step(t.subject, t.predicate.value, False, 99)]


class Unexpanded(View):
    """Forgets what a retired item takes along."""

    def visible(self) -> list[Triple]:
        return list(self._touched)


def line(subject: str, property_: str, object_: str) -> bytes:
    return f"<{subject}> <{property_}> {object_} .\n".encode()


LAST_TARGET = line(f"{TARGETS}t7", f"{NS}targetFor", f"<{TARGETS}control>")
RANK = line(f"{RISKS}e5", f"{NS}riskRank", '"4"^^<http://www.w3.org/2001/XMLSchema#integer>')
NEW_PART = line(f"{CATALOGUE}fr8", f"{RDF}type", f"<{NS}FoundationalRequirement>")
SIGNER = f"<{SIGNING}nobodySafety>".encode() + RETIRED
BELOW = line(f"{FRESH}Cell", f"{RDFS}subClassOf", f"<{NS}Zone>")
CELL = line(f"{FRESH}cell", f"{RDF}type", f"<{FRESH}Cell>")

# what is broken, the edit that shows it, and where the rules then find something else
MUTANTS = {
    "forgets inverse steps": (
        {"seek": without(lambda edge: edge.inverse)},
        Delta(removed=[LAST_TARGET]),
        ("iec62443-3-2-2020/ZCR-5.6", f"{TARGETS}control"),
    ),
    "forgets one property": (
        {"seek": without(lambda edge: edge.property == NS + "riskRank")},
        Delta([RANK]),
        ("iec62443-3-2-2020/ZCR-5.6-unmitigated", f"{RISKS}r2"),
    ),
    "forgets what went": (
        {"view": OnlyPresent},
        Delta(removed=[LAST_TARGET]),
        ("iec62443-3-2-2020/ZCR-5.6", f"{TARGETS}control"),
    ),
    "forgets what a retired item takes along": (
        {"view": Unexpanded},
        Delta([SIGNER]),
        ("bridge/sign-off", f"{SIGNING}i6"),
    ),
    "forgets what is read for every item": (
        {"seek": rootless},
        Delta([NEW_PART]),
        ("iec62443-3-2-2020/ZCR-5.6", f"{TARGETS}control"),
    ),
    "forgets the tree of classes": (
        {"seek": without(lambda edge: edge.property == RDFS + "subClassOf")},
        Delta([BELOW]),
        ("model/identifier", f"{FRESH}cell"),
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_driver_is_caught(whole: World, name: str) -> None:
    broken, delta, where = MUTANTS[name]
    whole.edit(Delta([CELL]))
    back = Delta(delta.removed, delta.added)
    assert where in whole.edit(delta, **broken).missed
    sound = whole.edit(back)
    assert (sound.missed, sound.wrong) == ([], [])
    sound = whole.edit(delta)
    assert (sound.missed, sound.wrong) == ([], [])
    assert sound.changed
    whole.edit(Delta(back.added, [*back.removed, CELL]))


def test_a_rule_that_hangs_on_nothing_is_run_in_full(facts: list[bytes], tmp_path: Path) -> None:
    file = tmp_path / "rule.ttl"
    file.write_text(
        """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <https://w3id.org/interlock/rule/any-override> sh:targetClass <https://w3id.org/interlock/ns#Zone> ; sh:sparql [
          sh:message "Some target level is set by hand." ; sh:select '''SELECT $this WHERE {
            $this a ?class .
            ?any <https://w3id.org/interlock/ns#basis> <https://w3id.org/interlock/ns#override> ; ?p ?o
          }''' ] .
        """,
        encoding="utf-8",
    )
    by_hand = [one for one in facts if one.endswith(f" <{NS}basis> <{NS}override> .\n".encode())]
    assert by_hand
    world = World(facts, [file])
    seen = world.edit(Delta(removed=by_hand), seek=rootless)
    assert seen.missed  # every zone had a finding, none has one now
    seen = world.edit(Delta(by_hand))
    assert list(seen.full) == ["any-override"]

"""The search for what contradicts: with a stand-in for the reasoner that knows the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse

from kg.errors import LimitExceeded
from kg.ontology import culprits as module
from kg.ontology.culprits import culprits
from kg.ontology.reasoner import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

EX = "https://plant.example/"


def facts(names: Iterable[str]) -> list[Triple]:
    """One block a name, with a blank node below it that has to stay with its owner."""
    text = "".join(f"<{EX}{n}> <{EX}says> [ <{EX}about> <{EX}x> ; <{EX}of> '{n}' ] .\n" for n in names)
    return [quad.triple for quad in parse(text, RdfFormat.TURTLE, rename_blank_nodes=True)]


class Reasoner:
    """Finds a contradiction where all blocks of one of some sets are there, each with its three facts."""

    def __init__(self, *conflicts: set[str]) -> None:
        self.conflicts = [{EX + name for name in names} for names in conflicts]
        self.runs = 0

    def __call__(self, triples: list[Triple], *, seconds: float) -> Verdict:
        assert seconds > 0
        self.runs += 1
        there = {str(t.subject.value) for t in triples if t.predicate.value == EX + "says"}
        assert len(triples) == 3 * len(there)
        return Verdict(not any(conflict <= there for conflict in self.conflicts), ())


@given(st.data())
def test_one_conflict_is_found_exactly(data: st.DataObject) -> None:
    names = [f"n{number:03}" for number in range(data.draw(st.integers(1, 60)))]
    conflict = data.draw(st.sets(st.sampled_from(names), min_size=1, max_size=4))
    reasoner = Reasoner(conflict)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "reason", reasoner)
        found = culprits([], facts(names), seconds=60)
    assert set(found) == {EX + name for name in conflict}
    assert reasoner.runs <= 2 * len(conflict) * (1 + len(names).bit_length())


def test_of_two_conflicts_one_is_named_whole_and_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "reason", Reasoner({"a", "d"}, {"b", "c"}))
    assert set(culprits([], facts("abcdef"), seconds=60)) in ({EX + "a", EX + "d"}, {EX + "b", EX + "c"})


def test_what_is_taken_for_granted_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "reason", Reasoner({"ours", "b"}))
    assert culprits(facts(["ours"]), facts("abc"), seconds=60) == (EX + "b",)


def test_out_of_time_names_all_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(triples: list[Triple], *, seconds: float) -> Verdict:
        raise LimitExceeded(f"{len(triples)} facts did not finish within {seconds} s")

    monkeypatch.setattr(module, "reason", slow)
    assert set(culprits([], facts("abc"), seconds=0)) == {EX + name for name in "abc"}

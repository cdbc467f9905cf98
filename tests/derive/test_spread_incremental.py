"""After any edit, what is suspect and what is unjustified is what a full run makes of it; forgetful mutants are caught.

The suspect links are put there by hand: what makes them is tested elsewhere.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from spread_models import CASE, NS, THREE_THREATS, builtin, lines_of

from kg.derive import Derivations
from kg.derive.computed import ComputedUnit
from kg.derive.query import parse_derivation
from kg.derive.spread import Spread
from kg.derive.spread_unit import SuspectBecauseOf
from kg.derive.unjustified import Unjustified
from kg.focus.reads import RecordingReader
from kg.project.config import Config
from kg.project.derived import Context
from kg.project.history import History
from kg.store import Delta, memory_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.derive.unit import Unit

EDITS = int(os.environ.get("INTERLOCK_SPREAD_EDITS", "40"))
LOST = Path(__file__).parents[2] / "kg" / "derive" / "lost-source.rq"
_FRESH = 18
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
UC = "https://w3id.org/interlock/id/iec62443-1-1-2009/UC"
MORE = """
:SR-2.1 il:hasAllocation :AL . :AL a il:Allocation ; il:allocatedTo :C . :POL a il:Policy . :SE a il:Setting ;
  il:settingOf :C ; il:contributesTo :SR-1.1 . :SR-1.1 il:derivedFrom :POL .
:K1 a il:SuspectLink ; il:reviewsLinkFrom :R1 ; il:reviewsLinkTo :T1 ; il:changedEnd :T1 ;
  il:reviewsLinkType "https://w3id.org/interlock/ns#derivedFrom"^^xsd:anyURI .
:K2 a il:SuspectLink ; il:reviewsLinkFrom :SE ; il:reviewsLinkTo :C ; il:changedEnd :SE ;
  il:reviewsLinkType "https://w3id.org/interlock/ns#settingOf"^^xsd:anyURI .
:K3 a il:InvalidLink ; il:reviewsLinkFrom :TL-UC ; il:reviewsLinkTo :R3 ;
  il:reviewsLinkType "https://w3id.org/interlock/ns#derivedFrom"^^xsd:anyURI .
:T3 il:status il:retired .
"""


def units() -> list[Unit]:
    query = parse_derivation("lost-source", LOST.read_text("utf-8"))
    return [query, ComputedUnit(Unjustified()), ComputedUnit(SuspectBecauseOf())]


class World:
    """One state brought forward edit by edit, and its twin that is derived anew each time."""

    def __init__(self, folder: Path) -> None:
        facts = {"urn:words": [builtin()], "urn:facts": lines_of(THREE_THREATS + MORE)}
        self.here, self.twin = memory_state(facts), memory_state(facts)
        self.context = Context(Config(CASE), History(Path("no-records")), (), folder)
        self.derivations = Derivations(units())
        self.mark = self.derivations.bring(self.here, None, "", self.context).mark

    def differs(self, delta: Delta) -> list[bytes]:
        """Edit, and return the lines that a full run has otherwise."""
        touched = self.here.apply({"urn:facts": delta})
        self.mark = self.derivations.bring(self.here, touched, self.mark, self.context).mark
        self.twin.apply({"urn:facts": delta})
        Derivations(units()).bring(self.twin, None, "", replace(self.context, folder=None))
        graph = self.context.graph
        return sorted(set(self.here.lines(graph)) ^ set(self.twin.lines(graph)))


def iri(name: str) -> str:
    return f"<{name if '://' in name else CASE + name}>"


def fact(s: str, p: str, o: str) -> bytes:
    object_ = o if o.startswith('"') else iri(NS + o[3:] if o.startswith("il:") else o)
    return f"{iri(s)} <{p if '://' in p else NS + p}> {object_} .\n".encode()


NODES = ["T1", "T2", "T3", "R1", "R3", "TL-UC", "SR-2.1", "SR-2.1-RE-3", "CR-2.1", "DES", "V-CR", "M", "C", "C2", "Z"]
PUT = ["derivedFrom", "refines", "answers", "verifies", "requiredOf", "locatedIn", "deployedOn", "settingOf",
       "hasAllocation", "allocatedTo", "contributesTo", "verifiedOn", "evidencedBy", "targetFor"]  # fmt: skip


def aimed() -> Iterator[Delta]:
    """Edits of one triple alone: links of fresh items, each line taken and put back, properties with fresh nodes."""
    for order in ((0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)):
        link, low, high = (f"{kind}{order[0]}" for kind in ("link", "low", "high"))
        said = [
            fact(low, "derivedFrom", high),
            fact(link, "reviewsLinkFrom", low),
            fact(link, "reviewsLinkTo", high),
            fact(link, "changedEnd", high),
            fact(link, TYPE, "il:SuspectLink"),
        ]
        yield Delta(
            added=[fact(link, "reviewsLinkType", f'"{NS}derivedFrom"^^<http://www.w3.org/2001/XMLSchema#anyURI>')]
        )
        for number in order:
            yield Delta(added=[said[number]])
    for line in lines_of(THREE_THREATS + MORE):
        yield Delta(removed=[line])
        yield Delta(added=[line])
    for number, name in enumerate(PUT):
        for s, o in (("SR-2.1", f"new{number}"), (f"new{number}", "SR-2.1"), ("C", "DES"), ("DES", "C"), ("R1", "Z")):
            line = fact(s, name, o)
            yield Delta(added=[line])
            yield Delta(added=[fact(o, TYPE, "il:Requirement")])
            yield Delta(removed=[line])
    for name in NODES:
        yield Delta(added=[fact(name, "status", "il:retired")])
        yield Delta(removed=[fact(name, "status", "il:retired")])
    for end in ("changedEnd", "reviewsLinkFrom", "reviewsLinkTo"):
        for name in ("T2", "SR-2.1", "C", "TL-UC"):
            yield Delta(added=[fact("K1", end, name)])
            yield Delta(removed=[fact("K1", end, name)])


def randomly(seed: int) -> Iterator[Delta]:
    rng = random.Random(seed)  # noqa: S311 - test data
    lines = lines_of(THREE_THREATS + MORE)
    while True:
        added = [fact(rng.choice(NODES), rng.choice(PUT), rng.choice(NODES)) for _ in range(rng.randrange(3))]
        yield Delta(sorted({*added, *rng.sample(lines, 2)}), sorted(rng.sample(lines, rng.randrange(3))))


def first_difference(edits: Iterator[Delta], count: int) -> tuple[int, Delta, list[bytes]] | None:
    memory = Path("/dev/shm")  # noqa: S108 - a fresh folder in it; syncing takes most of the time elsewhere
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        world = World(Path(folder))
        for number, delta in zip(range(count), edits, strict=False):
            delta.added = [line for line in delta.added if line not in delta.removed]
            if wrong := world.differs(delta):
                return number, delta, wrong
    return None


def test_full_is_incremental_after_aimed_edits() -> None:
    first, edits = list(aimed())[:_FRESH], list(aimed())[_FRESH:]
    random.Random(1).shuffle(edits)  # noqa: S311 - test data
    assert first_difference(iter([*first, *edits]), EDITS * 2) is None


def test_full_is_incremental_after_random_edits() -> None:
    assert first_difference(randomly(2), EDITS) is None


@pytest.mark.parametrize("forgets", ["incoming", "outgoing", "concerned"])
def test_mutant_is_caught(forgets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if forgets == "concerned":
        monkeypatch.setattr(SuspectBecauseOf, "concerned", lambda *_: ())
        monkeypatch.setattr(SuspectBecauseOf, "compute", _with_run)
    else:
        honest = getattr(RecordingReader, forgets)

        def forgetful(self: RecordingReader, node: object) -> object:
            before = set(self.reads)
            found = honest(self, node)
            self.reads = before
            return found

        monkeypatch.setattr(RecordingReader, forgets, forgetful)
    assert first_difference(aimed(), 200) is not None


def _with_run(self: SuspectBecauseOf, focus: str, reader: RecordingReader, context: Context) -> object:
    """Compute as ever, where nobody had said what begins a run."""
    self.all(reader._reader, context)  # noqa: SLF001 - the mutant's own business
    return _HONEST(self, focus, reader, context)


_HONEST = SuspectBecauseOf.compute


@pytest.mark.parametrize("forgets", ["governing", "earlier"])
def test_mutant_of_the_spread_is_caught(forgets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import test_spread

    test_spread.three.cache_clear()
    if forgets == "governing":
        monkeypatch.setattr(Spread, "_demand", lambda *_: float("inf"))
        case = test_spread.test_lowest_threat_touches_nothing_above_its_level
    else:
        monkeypatch.setattr(test_spread, "walk", lambda turtle, changed, _=None: _WALK(turtle, changed))
        case = test_spread.test_result_that_asked_more_before
    with pytest.raises(AssertionError):
        case()
    test_spread.three.cache_clear()


import test_spread as _spread  # noqa: E402 - the name that the mutant replaces

_WALK = _spread.walk

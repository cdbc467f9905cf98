"""The property: whatever is edited, what is brought forward is what a full run gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from property_edits import Editor
from property_model import Model, plant

from kg.errors import BrokenFile, InterlockError
from kg.focus.cache import Footprints
from kg.rules import apply_profile, check, load_profile, packaged_rule_files, read_rules, run_fast
from kg.rules.facts import as_of_line, fact_file
from kg.rules.results import results_of
from kg.rules.standing import StandingCheck
from kg.rules.standing_state import StandingState
from kg.rules.standing_words import Words
from kg.rules.unknown import unknown_terms
from kg.rules.untargeted import without_target
from kg.rules.vocabulary import read_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from kg.rules import RuleSet
    from kg.store import Delta
    from kg.values import Findings, Note

__all__ = ["DAY", "Difference", "Harness", "differ", "outcome", "rules", "shown"]

DAY = date(2026, 6, 30)
_TOLD = 5


@cache
def rules() -> RuleSet:
    """Return all rules that come with Interlock."""
    return apply_profile(read_rules(packaged_rule_files()), load_profile("all"))


@dataclass(frozen=True)
class Difference:
    """A full run that gave something else.

    Attributes:
        number: how many edits there were.
        what: what differs: one line each.
        edits: the edits since both were last equal, as text.
    """

    number: int
    what: list[str]
    edits: list[str]

    def __str__(self) -> str:
        return "\n".join([f"after {self.number} edits:", *self.what[:40], "edits:", *self.edits[-60:]])


@dataclass
class Harness:
    """Edits a model and compares after every edit.

    Attributes:
        seed: the same seed gives the same run.
        only: names of the kinds of edits to make; none means all, and the aimed ones.
        full_runs: how many rules ran in full, by reason.
    """

    seed: int
    only: tuple[str, ...] = ()
    edits: int = 0
    full_runs: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.model = Model(plant())
        self.editor = Editor(self.model, self.seed)
        self._random = Random(self.seed)  # noqa: S311 - not for secrets
        self._state = StandingState()
        self._standing = StandingCheck(self._state, footprints())
        self._back: list[dict[str, Delta]] = []
        self.refused = 0

    def told(self) -> str:
        """Return what else is worth knowing about the run."""
        return f"{self.refused} refused by both"

    def close(self) -> None:
        """Do nothing: nothing is kept."""

    def start(self) -> list[str]:
        """Judge the model before any edit."""
        return self.differences()

    def makers(self) -> Iterator[Callable[[], dict[str, Delta]]]:
        """Yield makers of edits for ever: the aimed ones in random order, others between them, some taken back."""
        while True:
            aimed = [lambda: self.editor.any(self.only)] if self.only else list(self.editor.aimed())
            self._random.shuffle(aimed)
            for maker in aimed:
                yield maker
                for _ in range(self._random.randint(0, 2)):
                    yield lambda: self.editor.any(self.only)
                while self._back and (len(self._back) > 30 or self._random.random() < 0.45):
                    yield self._back.pop

    def run(self, stop: Callable[[], bool]) -> Difference | None:
        """Edit until `stop`, or until a difference.

        Args:
            stop: asked before each edit.
        """
        recent: list[str] = []
        found = self.start()
        if found:
            return Difference(0, found, [])
        makers = self.makers()
        while not stop():
            undoing = len(self._back)
            edit = next(makers)()
            _, back = self.model.apply(edit)
            if len(self._back) == undoing:
                self._back.append(back)
            self.edits += 1
            recent = [*recent[-20:], *shown(back)]
            found = self.differences()
            if found:
                return Difference(self.edits, found, recent)
        return None

    def differences(self) -> list[str]:
        """Return what a full run gives otherwise, one line each.

        Results, strays and idle rules are compared each time; the findings, which follow from them and from what items
        are called, each fifth time and whenever the standing check refuses to look.
        """
        if self.edits % _TOLD:
            try:
                return self._raw()
            except BrokenFile:
                pass
        return self._told()

    def _raw(self) -> list[str]:
        notes = self._standing.bring(self.model, rules(), as_of=DAY)
        self._count(notes)
        known = self._state.rules()
        with fact_file([as_of_line(DAY), *self.model.facts()]) as facts:
            hits = run_fast(rules(), facts.path)
            vocabulary = read_vocabulary(facts.bytes)
            strays = set(unknown_terms(facts.bytes, vocabulary))
            idle = {finding.focus.iri for finding in without_target(rules(), vocabulary, facts.bytes)}
        return [
            *differ("result", set(self._state.results(known)), set(results_of(hits, rules()))),
            *differ("stray", set(Words(self._state).strays()), strays),
            *differ("idle", {iri for iri, state in known.items() if state.idle}, idle),
        ]

    def _told(self) -> list[str]:
        full = outcome(lambda: check(self.model.facts(), rules(), as_of=DAY))
        ours = outcome(lambda: self._standing.check(self.model, rules(), as_of=DAY))
        if isinstance(full, str) or isinstance(ours, str):
            self.refused += 1
            return [] if full == ours else [f"full: {full}", f"ours: {ours}"]
        self._count(ours.notes)
        return [
            *differ("finding", set(ours.items), set(full.items)),
            *(["order differs"] if ours.items != full.items and set(ours.items) == set(full.items) else []),
            *(["count of rules differs"] if ours.rules_run != full.rules_run else []),
        ]

    def _count(self, notes: Iterable[Note]) -> None:
        for note in notes:
            self.full_runs[note.text] = self.full_runs.get(note.text, 0) + 1


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="interlock-property-")


def footprints() -> Footprints:
    """Return what knows each rule's footprint; to compile them all takes seconds, so they are kept for this process."""
    return Footprints(Path(_folder().name, "footprints.json"))


def outcome(work: Callable[[], Findings]) -> Findings | str:
    """Return what `work` found, or why it refused to look."""
    try:
        return work()
    except InterlockError as wrong:
        return str(wrong)


def differ(kind: str, ours: AbstractSet[object], full: AbstractSet[object]) -> list[str]:
    """Return what only one of two sets has, one line each."""
    return [f"{kind} only ours: {one}" for one in ours - full] + [f"{kind} missing: {one}" for one in full - ours]


def shown(back: dict[str, Delta]) -> list[str]:
    """Return what an edit did as text, given what takes it back."""
    done = [f"+ {line.decode()[:-1]}" for delta in back.values() for line in delta.removed]
    return ["--", *done, *(f"- {line.decode()[:-1]}" for delta in back.values() for line in delta.added)]

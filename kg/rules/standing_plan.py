"""What has to be run to bring rules forward: which of them in full, and which at which focus nodes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kg.focus.footprint import Footprint, Opaque
from kg.focus.touch import Everything, foci
from kg.focus.view import View
from kg.values import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyoxigraph import Triple

    from kg.rules.standing_source import Source
    from kg.rules.standing_state import RuleState

__all__ = ["Plan", "plan_rules"]

_MOST: Final = 20_000
"""Statements that came or went, from which on all rules run on all facts: following each would take as long."""

_REASONS: Final = {
    "new": "no earlier result of theirs is kept",
    "rule": "they were changed",
    "day": "they ask for the day, and it is another one than when they last ran",
    "log": "what changed since they last ran is not on record",
    "many": "too much changed since they last ran",
    "asked": "so it was asked",
}


@dataclass(slots=True)
class Plan:
    """What has to be run.

    Attributes:
        full: IRI of a rule to run on all facts → why.
        concerned: IRI of a rule → the focus nodes at which what was found counts no more, IRIs without brackets.
        foci: IRI of a rule to run at some focus nodes → those; not those concerned that it does not select.
        footprints: IRI of each rule in `foci` → what it reads.
        since: IRI of each rule that is brought forward → what came and went for rules since it last ran.
    """

    full: dict[str, str] = field(default_factory=dict)
    concerned: dict[str, set[str]] = field(default_factory=dict)
    foci: dict[str, set[str]] = field(default_factory=dict)
    footprints: dict[str, Footprint] = field(default_factory=dict)
    since: dict[str, list[Triple]] = field(default_factory=dict)

    def all_instead(self, reason: str) -> None:
        """Run in full what would have run at some focus nodes."""
        for rule in self.foci:
            self.full[rule] = reason
        self.foci.clear()

    def notes(self) -> tuple[Note, ...]:
        """Say aloud which rules ran on all facts although results of theirs were kept, and why."""
        by_reason: dict[str, list[str]] = defaultdict(list)
        for rule, reason in self.full.items():
            by_reason[reason].append(rule)
        return tuple(_note(reason, rules) for reason, rules in by_reason.items() if reason != _REASONS["asked"])


def plan_rules(
    wanted: Iterable[RuleState],
    known: Mapping[str, RuleState],
    source: Source,
    footprint: Callable[[str], Footprint | Opaque],
    picks: Callable[[str, str], bool],
    *,
    full: bool = False,
) -> Plan:
    """Tell what has to be run.

    Args:
        wanted: up to where each rule is to be brought.
        known: IRI of a rule → up to where it was brought.
        source: the facts.
        footprint: tells of a rule what it reads.
        picks: tells of a rule and a focus node whether it may have results there.
        full: whether to run all on all facts, whatever is kept.
    """
    plan = Plan()
    behind: dict[str, list[str]] = defaultdict(list)
    for goal in wanted:
        was = known.get(goal.iri)
        reason = "asked" if full else _outdated(was, goal)
        if reason or was is None:
            plan.full[goal.iri] = _REASONS[reason]
        elif was.state != goal.state:
            behind[was.state].append(goal.iri)
    for state, iris in behind.items():
        _since(state, iris, source, footprint, plan)
    for iri, concerned in plan.concerned.items():
        if found := {focus for focus in concerned if picks(iri, focus)}:
            plan.foci[iri] = found
    return plan


def _outdated(was: RuleState | None, goal: RuleState) -> str:
    if was is None:
        return "new"
    if was.digest != goal.digest:
        return "rule"
    return "day" if goal.dated and was.day != goal.day else ""


def _since(
    state: str, iris: list[str], source: Source, footprint: Callable[[str], Footprint | Opaque], plan: Plan
) -> None:
    """Plan for rules that were all brought up to the same earlier state."""
    touched = source.since(state)
    if touched is None:
        plan.full |= dict.fromkeys(iris, _REASONS["log"])
        return
    view = View(source.reader, touched, hide_retired=True)
    triples = view.visible() if len(touched) <= _MOST else []
    if max(len(touched), len(triples)) > _MOST:  # an item that retires may take thousands of statements along
        plan.full |= dict.fromkeys(iris, _REASONS["many"])
        return
    for iri in iris:
        plan.since[iri] = triples
        if not triples:
            continue
        reads = footprint(iri)
        concerned = foci(reads, view, triples) if isinstance(reads, Footprint) else reads
        if isinstance(concerned, Opaque | Everything):
            plan.full[iri] = concerned.reason
        elif concerned and isinstance(reads, Footprint):
            if reads.open or reads.graphs:
                plan.full[iri] = "what they read can't be cut out of the facts"
            else:
                plan.concerned[iri], plan.footprints[iri] = concerned, reads


def _note(reason: str, rules: list[str]) -> Note:
    who = "1 rule" if len(rules) == 1 else f"{len(rules)} rules"
    return Note("full-run", f"{who} ran on all facts: {reason}", tuple(sorted(rules)))

"""The standing check: what was found stays, and after a change only what the change concerns is judged again.

The result is always that of `kg.rules.check.check` over all facts. What can't be told from the change is run in full,
and said aloud.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from kg.errors import BrokenFile
from kg.focus.footprint import Footprint, Opaque
from kg.focus.shapes import Shapes
from kg.rdf.names import PREFIXES
from kg.rules.describe import describe_some
from kg.rules.digests import files_behind, rule_digests
from kg.rules.findings import findings_of, named, ordered
from kg.rules.standing_plan import Plan, plan_rules
from kg.rules.standing_run import Run
from kg.rules.standing_state import RuleState, StandingState
from kg.rules.standing_targets import Targets
from kg.rules.standing_words import Words
from kg.rules.unknown import UNKNOWN_TERM, unknown_in_rules
from kg.rules.untargeted import RULE_WITHOUT_TARGET, idle_finding
from kg.rules.visible import Visible
from kg.values import Findings, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from kg.focus.cache import Footprints
    from kg.rules.results import Result
    from kg.rules.rule import RuleFile, RuleSet
    from kg.rules.standing_source import Source
    from kg.rules.unknown import Stray
    from kg.rules.vocabulary import Vocabulary

__all__ = ["StandingCheck"]

_WORDS: Final = UNKNOWN_TERM.iri


@dataclass(frozen=True, slots=True)
class _Found:
    """What is found of some rules in one state of the facts."""

    results: list[Result]
    strays: list[Stray]
    vocabulary: Vocabulary | None
    idle: frozenset[str]
    notes: tuple[Note, ...] = ()


class StandingCheck:
    """Judges facts by rules, and keeps what it found.

    Args:
        state: where it is kept.
        footprints: knows what each rule reads.
        prefixes: prefix → namespace for what people see.
        notes: what people must know about where it is kept, each time.
    """

    def __init__(
        self,
        state: StandingState,
        footprints: Footprints,
        prefixes: Mapping[str, str] = PREFIXES,
        notes: tuple[Note, ...] = (),
    ) -> None:
        self._state, self._footprints, self._prefixes, self._notes = state, footprints, prefixes, notes
        self._words = Words(state)

    def check(self, source: Source, rules: RuleSet, *, as_of: date, full: bool = False) -> Findings:
        """Judge facts by rules.

        Args:
            source: the facts. Results kept of a newer state stay as they are; an older one is judged in full then.
            rules: what to judge by; of other rules everything kept stays.
            as_of: the day for which everything with a validity is judged.
            full: judge everything, whatever is kept.

        Returns:
            The findings, worst first, and a note for each reason for which rules ran on all facts again.

        Raises:
            BrokenFile: a rule does not compile, or speaks of a term that no ontology in the facts defines.
            InterlockError: the engine could not finish.
        """
        try:
            found = self._bring(source, rules, as_of, full=full)
        except sqlite3.Error as wrong:
            note = Note("full-run", f"all rules ran on all facts: what they found before can't be used ({wrong})")
            alone = StandingCheck(StandingState(), self._footprints, self._prefixes, (note,))
            return alone.check(source, rules, as_of=as_of)
        return self._told(found, source, rules)

    def bring(self, source: Source, rules: RuleSet, *, as_of: date) -> tuple[Note, ...]:
        """Bring everything forward to `source` and tell nothing but the notes; see `check`.

        Raises:
            sqlite3.Error: what is kept can't be read or written.
        """
        return self._bring(source, rules, as_of).notes

    def _bring(self, source: Source, rules: RuleSet, as_of: date, *, full: bool = False) -> _Found:
        behind = files_behind(rules)
        goals = self._goals(source, behind, as_of)
        if not full:
            with self._state.reading():
                known = self._state.rules()
                if all(_is_there(known.get(goal.iri), goal) for goal in goals):
                    return self._found(rules, known)
        with self._state.writing():
            known = self._state.rules()
            if any(was.sequence > source.sequence for was in known.values()) and not source.newest():
                raise sqlite3.OperationalError("another process knows a newer state")
            plan = self._forward(source, rules, goals, known, Run(source, rules, behind, as_of), full=full)
            self._footprints.save()
            return replace(self._found(rules, self._state.rules()), notes=plan.notes() if known else ())

    def _goals(self, source: Source, behind: Mapping[str, tuple[RuleFile, ...]], as_of: date) -> list[RuleState]:
        """Return up to where each rule is to be brought."""
        digests, day = rule_digests(behind, self._prefixes), as_of.isoformat()
        goals = [
            RuleState(iri, digests[iri], source.id, source.sequence, day, any(f.dated for f in files), idle=False)
            for iri, files in behind.items()
        ]
        return [*goals, RuleState(_WORDS, "", source.id, source.sequence, day, dated=False, idle=False)]

    def _forward(
        self,
        source: Source,
        rules: RuleSet,
        goals: list[RuleState],
        known: Mapping[str, RuleState],
        run: Run,
        *,
        full: bool,
    ) -> Plan:
        """Judge what has to be judged, and keep it."""
        digests = {goal.iri: goal.digest for goal in goals}

        @cache
        def shapes() -> Shapes:
            return Shapes(triple for file in rules.files for triple in file.triples)

        def reads(rule: str) -> Footprint | Opaque:
            return Footprint() if rule == _WORDS else self._footprints.rule(rule, digests[rule], shapes)

        facts = Visible(source.reader)
        targets, by_iri = Targets(facts), rules.by_iri()

        def picks(rule: str, focus: str) -> bool:
            return any(file.nested for file in run.behind[rule]) or targets.picks(by_iri[rule], focus)

        plan = plan_rules(goals, known, source, reads, picks, full=full)
        results = run.some(plan)
        if _WORDS in plan.since and not self._words.bring(facts, plan.since[_WORDS]):
            plan.full[_WORDS] = "other namespaces than before are closed"
        meanwhile = (reads(rule.iri) for rule in rules.rules)  # what is read is asked for at the next change
        results += run.full(plan, self._words if _WORDS in plan.full else None, meanwhile)
        self._look_up_terms(rules)
        self._state.forget(plan.full)
        self._state.forget_foci(plan.concerned)
        self._state.put(_idle(goals, rules, plan, known, facts))
        self._state.add(results)
        return plan

    def _look_up_terms(self, rules: RuleSet) -> None:
        """Refuse rules that speak of a term which no ontology in the facts defines."""
        digest = hashlib.sha256("".join([*(f.digest for f in rules.files), *rules.by_iri()]).encode()).hexdigest()
        if not self._state.rows("SELECT 1 FROM seen WHERE digest = ?", (digest,)):
            for file, problem in unknown_in_rules(rules, self._words.vocabulary(), self._prefixes):
                raise BrokenFile(file, problem)
            self._state.change("INSERT INTO seen VALUES (?)", [(digest,)])

    def _found(self, rules: RuleSet, known: Mapping[str, RuleState]) -> _Found:
        iris = [rule.iri for rule in rules.rules]
        strays = self._words.strays() if UNKNOWN_TERM.name in rules.built_in else []
        watched = iris if RULE_WITHOUT_TARGET.name in rules.built_in else []
        vocabulary = self._words.vocabulary() if strays else None
        idle = frozenset(iri for iri in watched if known[iri].idle)
        return _Found(self._state.results(iris), strays, vocabulary, idle)

    def _told(self, found: _Found, source: Source, rules: RuleSet) -> Findings:
        names = named(found.results, rules) | {stray.subject for stray in found.strays}
        items = describe_some(Visible(source.reader), names, source.written, self._prefixes)
        told = findings_of(found.results, rules, items, self._prefixes)
        if found.vocabulary is not None:
            told += [stray.finding(items, found.vocabulary, rules, self._prefixes) for stray in found.strays]
        told += [idle_finding(rule, rules) for rule in rules.rules if rule.iri in found.idle]
        count = len(rules.rules) + len(rules.built_in - {RULE_WITHOUT_TARGET.name})
        return Findings(ordered(told), rules_run=count, notes=(*found.notes, *self._notes))


def _idle(
    goals: Iterable[RuleState], rules: RuleSet, plan: Plan, known: Mapping[str, RuleState], facts: Visible
) -> Iterator[RuleState]:
    """Yield `goals`, each with whether its rule selects nothing."""
    by_iri, anywhere = rules.by_iri(), Targets(facts)
    after = {id(triples): Targets(facts, triples) for triples in plan.since.values()}
    for goal in goals:
        rule, triples = by_iri.get(goal.iri), plan.since.get(goal.iri)
        if rule is None:
            yield goal
        elif triples is not None:
            yield replace(goal, idle=after[id(triples)].still_idle(rule, known[goal.iri].idle))
        elif goal.iri in plan.full:
            yield replace(goal, idle=anywhere.idle(rule))
        else:
            yield replace(goal, idle=known[goal.iri].idle)


def _is_there(was: RuleState | None, goal: RuleState) -> bool:
    """Tell whether a rule was brought as far as it is to be."""
    if was is None:
        return False
    return (was.digest, was.state) == (goal.digest, goal.state) and (was.day == goal.day or not goal.dated)

"""Running rules to bring them forward: one run of the engine over what was cut out, one over all facts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from kg.focus.neighbourhood import TooMuch, neighbourhood
from kg.focus.view import View
from kg.rules.engine import run_fast, run_fast_on
from kg.rules.facts import as_of_line, fact_file
from kg.rules.findings import iri_of
from kg.rules.results import Result, results_of
from kg.rules.unknown import unknown_terms
from kg.rules.vocabulary import read_vocabulary
from kg.store.written import canonical_term

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from kg.rules.rule import RuleFile, RuleSet
    from kg.rules.standing_plan import Plan
    from kg.rules.standing_source import Source
    from kg.rules.standing_words import Words

__all__ = ["Run"]

_MANY: Final = 32 << 20
"""Bytes of facts from which on the engine is busy for seconds."""


class Run:
    """Runs what a plan says.

    Args:
        source: the facts.
        rules: the rules, others among them.
        behind: IRI of each rule → the files without which it can't run.
        as_of: the day to judge by.
    """

    def __init__(self, source: Source, rules: RuleSet, behind: Mapping[str, tuple[RuleFile, ...]], as_of: date) -> None:
        self._source, self._rules, self.behind, self._day = source, rules, behind, as_of_line(as_of)

    def some(self, plan: Plan) -> list[Result]:
        """Judge the focus nodes of a plan; where what is read of them is too much, change the plan instead."""
        if not plan.foci:
            return []
        units = [(plan.footprints[rule], foci) for rule, foci in plan.foci.items()]
        cut = neighbourhood(units, View(self._source.reader, hide_retired=True))
        if isinstance(cut, TooMuch):
            plan.all_instead(cut.reason)
            return []
        rules = self._only(plan.foci)
        hits = run_fast_on(rules, chain([self._day], self._source.written(cut)))
        return [one for one in results_of(hits, rules) if _name(one.focus) in plan.foci.get(one.rule, ())]

    def full(self, plan: Plan, words: Words | None, meanwhile: Iterator[object]) -> list[Result]:
        """Judge all facts by the rules that a plan wants to run in full.

        Args:
            plan: the plan.
            words: what begins anew with all terms of the facts; None where it was brought forward.
            meanwhile: work for later, walked while the engine is busy with many facts.
        """
        rules = self._only(plan.full)
        if not rules.files and words is None:
            return []
        with (
            fact_file(chain([self._day], self._source.facts())) as facts,
            ThreadPoolExecutor(1) as pool,  # the engine lets go of Python while it works
        ):
            running = pool.submit(run_fast, rules, facts.path) if rules.files else None
            if words is not None:
                vocabulary = read_vocabulary(facts.bytes)
                words.begin(vocabulary, unknown_terms(facts.bytes, vocabulary))
            if running is not None and len(facts.bytes) > _MANY:
                while not running.done() and next(meanwhile, None) is not None:
                    pass
            hits = running.result() if running else []
        return [one for one in results_of(hits, rules) if one.rule in plan.full]

    def _only(self, iris: Collection[str]) -> RuleSet:
        """Return the files of some rules and no others: compiling a rule costs as much as judging an item by it."""
        files = {file.shown: file for rule in iris for file in self.behind.get(rule, ())}
        return replace(self._rules, files=tuple(files.values()))


def _name(focus: str) -> str:
    """Return how walks call a focus node: an IRI without brackets, a literal in the store's canonical form."""
    return canonical_term(focus) if focus.startswith('"') else iri_of(focus)

"""Rules that select nothing in the data: they pass without having looked at anything, so each is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.rdf.names import RULE
from kg.rules.rule import Rule, Target, TargetKind
from kg.rules.vocabulary import Vocabulary, supers_of
from kg.values import Finding, Item, Severity

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator

    from kg.rules.rule import RuleSet

__all__ = ["RULE_WITHOUT_TARGET", "idle_finding", "without_target"]

RULE_WITHOUT_TARGET: Final = Rule(
    iri=RULE + "model/rule-without-target",
    name="model/rule-without-target",
    label="Every rule finds something to judge",
    sources=(),
    severity=Severity.INFO,
    targets=(),
    file="",
)
"""The rule about rules, which no shape can state."""

_MESSAGE: Final = (
    "The rule selects nothing in this data, so it passed without having looked at anything: model what it is about,"
    " or leave it out by a profile."
)


def without_target(rules: RuleSet, vocabulary: Vocabulary, facts: mmap.mmap) -> Iterator[Finding]:
    """Yield a finding for each rule whose targets select nothing in the data.

    Args:
        rules: the rules that ran.
        vocabulary: the words that the data uses.
        facts: the data as N-Triples.
    """
    filled = {above for used in vocabulary.classes for above in supers_of(used, vocabulary.supers)}
    for rule in rules.rules:
        if not any(_selects(target, filled, vocabulary, facts) for target in rule.targets):
            yield idle_finding(rule, rules)


def idle_finding(rule: Rule, rules: RuleSet) -> Finding:
    """Return the finding that `rule`, one of `rules`, selects nothing."""
    return Finding(
        rule=RULE_WITHOUT_TARGET.iri,
        name=RULE_WITHOUT_TARGET.name,
        clause="",
        severity=rules.severities.get(RULE_WITHOUT_TARGET.name, RULE_WITHOUT_TARGET.severity),
        focus=Item(rule.iri, rule.name, rule.label, "Rule"),
        path="",
        value="",
        message=_MESSAGE,
        component=RULE_WITHOUT_TARGET.iri,
    )


def _selects(target: Target, filled: set[str], vocabulary: Vocabulary, facts: mmap.mmap) -> bool:
    if target.kind is TargetKind.CLASS:
        return target.term in filled
    if target.kind in {TargetKind.SUBJECTS_OF, TargetKind.OBJECTS_OF}:
        return target.term in vocabulary.predicates
    if target.kind is TargetKind.NODE:  # a rule enters through a choice, such as a basis, to those that made it
        return facts.find(f" <{target.term}> .\n".encode(), 0) >= 0
    return True  # what a query selects only it knows

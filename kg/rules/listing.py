"""The rules as a table, for people who want to know what a check will ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.rules.builtin import BUILT_IN
from kg.rules.describe import describe
from kg.rules.facts import fact_file
from kg.rules.findings import clause_iris, clause_text
from kg.values import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.rules.rule import RuleSet

__all__ = ["rule_table"]


def rule_table(rules: RuleSet, chunks: Iterable[bytes]) -> Table:
    """Return one row per rule: name, severity of its worst finding, clause, label.

    Args:
        rules: the rules, with the severities that a profile gives them.
        chunks: N-Triples that hold the catalogues, for the clauses.
    """
    listed = [*rules.rules, *(rule for name, rule in BUILT_IN.items() if name in rules.built_in)]
    with fact_file(chunks) as facts:
        items = describe(facts.bytes, {iri for rule in listed for iri in clause_iris(rule.sources)}, {})
    rows = tuple(
        (
            rule.name,
            str(rules.severities.get(rule.name, rule.severity)),
            clause_text(rule.sources, items),
            rule.label,
        )
        for rule in sorted(listed, key=lambda r: r.name)
    )
    return Table("Rules", ("rule", "severity", "clause", "asks"), rows)

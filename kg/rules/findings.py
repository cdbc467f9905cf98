"""From the results of rules to findings that people can read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kg.rdf.names import PREFIXES, SH, curie
from kg.rdf.turtle import natural
from kg.values import Finding, Item, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.rules.results import Result
    from kg.rules.rule import RuleSet

__all__ = ["clause_iris", "clause_text", "findings_of", "iri_of", "named", "ordered"]

_ANONYMOUS: Final = "_:"
_WORDS: Final = {
    "MinCountConstraintComponent": "has too few values",
    "MaxCountConstraintComponent": "has too many values",
    "ClassConstraintComponent": "has a value of another class",
    "DatatypeConstraintComponent": "has a value of another datatype",
    "NodeKindConstraintComponent": "has a value of another kind of node",
    "InConstraintComponent": "has a value that is not among those allowed",
    "HasValueConstraintComponent": "lacks the value that it must have",
    "PatternConstraintComponent": "has a value that does not fit the pattern",
    "QualifiedMinCountConstraintComponent": "has too few values of the shape asked for",
    "QualifiedMaxCountConstraintComponent": "has too many values of the shape asked for",
}
_IRI: Final = re.compile(r"<?\b(?:https?|urn):[^\s<>\"'(){}]+[^\s<>\"'(){}.,;:!?]>?")


def findings_of(
    results: Iterable[Result],
    rules: RuleSet,
    items: Mapping[str, Item],
    prefixes: Mapping[str, str] = PREFIXES,
) -> list[Finding]:
    """Return the findings that `results` stand for, each once, in no particular order.

    Args:
        results: what the rules gave.
        rules: the rules.
        items: IRI → what is known of it, for each focus node, value and clause.
        prefixes: prefix → namespace for messages.
    """
    by_iri = rules.by_iri()
    clauses = {rule.iri: clause_text(rule.sources, items) for rule in rules.rules}
    known = dict(prefixes)
    found: dict[Finding, None] = {}
    for result in results:
        rule = by_iri[result.rule]
        iri = iri_of(result.focus)
        value = "" if result.value == result.focus else _stable(result.value)
        message = result.message or _fallback(rule.label, result.path, result.component)
        finding = Finding(
            rule=rule.iri,
            name=rule.name,
            clause=clauses[rule.iri],
            severity=rules.severities.get(rule.name, result.severity),
            focus=items.get(iri) or Item(iri, iri),
            path=result.path,
            value=value,
            message=_IRI.sub(lambda m: _called(m.group().strip("<>"), items, known), message),
            about=items.get(iri_of(value)) if value.startswith("<") else None,
            component=SH + result.component,
        )
        found[finding] = None
    return list(found)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return `findings` worst first, then by rule, focus, path and value as people count: SR 1.2 before SR 1.10."""
    rank = {severity: place for place, severity in enumerate(Severity)}
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                rank[f.severity],
                natural(f.name),
                natural(f.focus.id),
                f.focus.iri,
                f.path,
                natural(f.about.id if f.about else f.value),
                f.value,
                f.message,
            ),
        )
    )


def named(results: Iterable[Result], rules: RuleSet) -> set[str]:
    """Return the IRIs of everything that findings from `results` of `rules` will name."""
    names = {iri for rule in rules.rules for iri in clause_iris(rule.sources)}
    for result in results:
        names.add(iri_of(result.focus))
        if result.value.startswith("<"):
            names.add(iri_of(result.value))
    return names


def iri_of(term: str) -> str:
    """Return the IRI in N-Triples syntax `term` without brackets; all blank nodes are one, since labels don't last."""
    return term[1:-1] if term.startswith("<") else _stable(term)


def clause_iris(sources: Iterable[str]) -> set[str]:
    """Return the IRIs that have to be described before `clause_text` can speak of `sources`."""
    entries = {source for source in sources if "://" in source}
    return entries | {entry.rpartition("/")[0] for entry in entries}


def clause_text(sources: Iterable[str], items: Mapping[str, Item]) -> str:
    """Return the clauses that a rule serves, for people: ``IEC 62443-3-2:2020 ZCR 5.6``.

    Args:
        sources: IRIs of catalogue entries, or text.
        items: IRI → what is known of it.
    """
    return "; ".join(sorted((_clause(source, items) for source in sources), key=natural))


def _clause(source: str, items: Mapping[str, Item]) -> str:
    if "://" not in source:
        return source
    folder, _, local = source.rpartition("/")
    entry, document = items.get(source), items.get(folder)
    own = entry.id if entry is not None and entry.title else local
    if document is not None and document.title:
        return f"{document.id} {own}"
    return own if entry is not None and entry.title else curie(source)


def _stable(term: str) -> str:
    return _ANONYMOUS if term.startswith("_:") else term


def _called(iri: str, items: Mapping[str, Item], prefixes: dict[str, str]) -> str:
    item = items.get(iri)
    return item.id if item is not None else curie(iri, prefixes)


def _fallback(label: str, path: str, component: str) -> str:
    what = _WORDS.get(component, f"breaks {component.removesuffix('ConstraintComponent')}")
    demand = f"; the rule asks: {label}" if label else ""
    return f"{path or 'it'} {what}{demand}"

"""From what an engine hit to findings that people can read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kg.rdf.names import PREFIXES, SH, curie
from kg.rdf.turtle import natural
from kg.values import Finding, Item, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.rules.engine import Hit
    from kg.rules.rule import RuleSet

__all__ = ["clause_iris", "clause_text", "findings_of", "iri_of", "ordered"]

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
    hits: Iterable[Hit],
    rules: RuleSet,
    items: Mapping[str, Item],
    prefixes: Mapping[str, str] = PREFIXES,
) -> list[Finding]:
    """Return the findings that `hits` stand for, each once, in no particular order.

    Args:
        hits: what the engine gave.
        rules: the rules that were run.
        items: IRI → what is known of it, for each focus node, value and clause.
        prefixes: prefix → namespace for messages.
    """
    by_iri = rules.by_iri()
    clauses = {rule.iri: clause_text(rule.sources, items) for rule in rules.rules}
    known = dict(prefixes)
    found: dict[Finding, None] = {}
    for hit in hits:
        shape = rules.shapes[hit.shape]
        rule = by_iri[shape.rule]
        iri = iri_of(hit.focus)
        focus = items.get(iri) or Item(iri, iri)
        value = "" if hit.value == hit.focus else _stable(hit.value)
        message = hit.message if shape.has_message and hit.message else _fallback(rule.label, shape.path, hit.component)
        severity = rules.severities.get(rule.name, hit.severity)
        named = items.get(iri_of(value)) if value.startswith("<") else None
        text = _IRI.sub(lambda m: _called(m.group().strip("<>"), items, known), message)
        finding = Finding(
            rule=rule.iri,
            name=rule.name,
            clause=clauses[rule.iri],
            severity=severity,
            focus=focus,
            path=shape.path,
            value=value,
            message=text,
            about=named,
            component=SH + hit.component,
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

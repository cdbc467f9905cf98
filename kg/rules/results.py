"""What engines hit, kept so that it can be told again without the shapes that were run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.rules.engine import Hit
    from kg.rules.rule import RuleSet
    from kg.values import Severity

__all__ = ["Result", "results_of"]


class Result(NamedTuple):
    """One validation result of one rule, as a finding needs it, whatever names the engine's shapes had.

    Attributes:
        rule: IRI of the rule.
        focus: the focus node in N-Triples syntax.
        value: the value in N-Triples syntax; empty where there is none.
        path: the property path of the shape in SPARQL syntax; empty for a node shape.
        component: local name of the constraint component.
        severity: how bad it is.
        message: the shape's own message; empty where it has none.
    """

    rule: str
    focus: str
    value: str
    path: str
    component: str
    severity: Severity
    message: str


def results_of(hits: Iterable[Hit], rules: RuleSet) -> Iterator[Result]:
    """Yield what `hits` of `rules` say, one for each."""
    for hit in hits:
        shape = rules.shapes[hit.shape]
        message = hit.message if shape.has_message else ""
        yield Result(shape.rule, hit.focus, hit.value, shape.path, hit.component, hit.severity, message)

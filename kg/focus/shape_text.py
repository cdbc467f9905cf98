"""The text of a shape, the same for all ways of writing it down: what tells whether a rule has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode

from kg.rdf.terms import to_ntriples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.focus.shape_facts import Facts
    from kg.rdf.terms import Node, Term

__all__ = ["shape_text"]

_GENERATED: Final = "urn:x-interlock:shape/"
"""How the IRIs begin that `kg.rules.read` gives to blank property shapes."""


def shape_text(facts: Facts, roots: Iterable[NamedNode]) -> str:
    """Return the text of some shapes and of all that they refer to.

    Args:
        facts: the rule files.
        roots: the shapes.
    """
    named = set(roots)
    todo = sorted(named, key=str)
    lines: list[str] = []
    while todo:
        node = todo.pop()
        lines.append(f"{node} {_inside(node, facts, named, todo, ())}")
    return "\n".join(sorted(lines)) + "\n"


def _inside(node: Node, facts: Facts, named: set[NamedNode], todo: list[NamedNode], above: tuple[Node, ...]) -> str:
    """Return what is said of a node; note the named nodes to tell of beside it."""
    pairs = [
        f"<{name}> {_object(term, facts, named, todo, (*above, node))}"
        for name, terms in facts.get(node, {}).items()
        for term in terms
    ]
    return "[" + "; ".join(sorted(pairs)) + "]"


def _object(term: Term, facts: Facts, named: set[NamedNode], todo: list[NamedNode], above: tuple[Node, ...]) -> str:
    if isinstance(term, BlankNode) or (isinstance(term, NamedNode) and term.value.startswith(_GENERATED)):
        return "(itself)" if term in above else _inside(term, facts, named, todo, above)
    if isinstance(term, NamedNode) and term in facts and term not in named:
        named.add(term)
        todo.append(term)
    return to_ntriples(term)

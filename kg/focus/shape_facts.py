"""Reads the pieces of shapes: lists, paths, queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.errors import InterlockError
from kg.focus.paths import Choice, Repeat, Series, Step, inverted
from kg.rdf.names import OWL, RDF, SH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.focus.paths import Path
    from kg.rdf.terms import Node, Term

__all__ = ["Facts", "Unclear", "items_of", "path_of", "query_of"]

Facts: TypeAlias = "dict[Node, dict[str, list[Term]]]"
"""Subject → IRI of property → values."""

_REPEATS: Final = {"zeroOrMorePath": (0, True), "oneOrMorePath": (1, True), "zeroOrOnePath": (0, False)}


class Unclear(InterlockError):
    """Nobody can tell what a shape reads; the message says why."""


def items_of(head: Term, facts: Facts) -> list[Term]:
    """Return the items of an RDF list.

    Raises:
        Unclear: it is no well-formed list.
    """
    items: list[Term] = []
    seen: set[Term] = set()
    while head != NamedNode(RDF + "nil"):
        here = facts.get(head) if isinstance(head, NamedNode | BlankNode) else None
        if (
            here is None
            or head in seen
            or len(here.get(RDF + "first", ())) != 1
            or len(here.get(RDF + "rest", ())) != 1
        ):
            raise Unclear("it has a list that is not well formed")
        seen.add(head)
        items.append(here[RDF + "first"][0])
        head = here[RDF + "rest"][0]
    return items


def path_of(node: Term, facts: Facts) -> Path:
    """Return the path that the object of ``sh:path`` stands for.

    Raises:
        Unclear: it is no well-formed path.
    """
    if isinstance(node, NamedNode):
        return Step(node.value)
    here = facts.get(node, {}) if isinstance(node, BlankNode) else {}
    if RDF + "first" in here:
        return Series(tuple(path_of(item, facts) for item in items_of(node, facts)))
    pairs = [(iri.removeprefix(SH), value) for iri, values in here.items() for value in values]
    if len(pairs) != 1:
        raise Unclear("it has a path that is not well formed")
    kind, value = pairs[0]
    if kind == "alternativePath":
        return Choice(tuple(path_of(item, facts) for item in items_of(value, facts)))
    if kind == "inversePath":
        return inverted(path_of(value, facts))
    if kind not in _REPEATS:
        raise Unclear(f"it has a path of a kind that is not known here, sh:{kind}")
    least, many = _REPEATS[kind]
    return Repeat(path_of(value, facts), least, many)


def query_of(node: Node, facts: Facts) -> str:
    """Return the query of a SPARQL constraint or target, with its prefixes.

    Raises:
        Unclear: it has none.
    """
    texts = [term.value for term in facts.get(node, {}).get(SH + "select", ()) if isinstance(term, Literal)]
    if len(texts) != 1:
        raise Unclear("it has a constraint or target by something else than one sh:select")
    declared = dict(_declared(node, facts))
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in sorted(declared.items())) + texts[0]


def _declared(node: Node, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield prefix and namespace of each declaration that a query names, of what that imports too."""
    todo = list(facts.get(node, {}).get(SH + "prefixes", ()))
    seen: set[Term] = set()
    while todo:
        where = todo.pop()
        here = facts.get(where, {}) if isinstance(where, NamedNode | BlankNode) else {}
        if where not in seen:
            seen.add(where)
            todo += here.get(OWL + "imports", [])
            for one in here.get(SH + "declare", ()):
                of = facts.get(one, {}) if isinstance(one, NamedNode | BlankNode) else {}
                for prefix in of.get(SH + "prefix", ()):
                    for namespace in of.get(SH + "namespace", ()):
                        if isinstance(prefix, Literal) and isinstance(namespace, Literal | NamedNode):
                            yield prefix.value, namespace.value

"""SHACL property paths in the syntax of SPARQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode

from kg.rdf.names import PREFIXES, RDF, SH, curie

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.rdf.terms import Node, Term

__all__ = ["Facts", "list_items", "path_text", "short"]

Facts = dict["Node", dict[str, list["Term"]]]
"""Subject → IRI of property → values."""

_SUFFIX: Final = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_DEPTH: Final = 50


def short(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Return the CURIE of `iri`, or the IRI in angle brackets where no prefix fits."""
    name = curie(iri, dict(prefixes))
    return name if name != iri else f"<{iri}>"


def path_text(node: Term, facts: Facts, prefixes: Mapping[str, str] = PREFIXES) -> str | None:
    """Return the path that `node` stands for in SPARQL syntax, None where it is no well-formed path.

    Args:
        node: object of ``sh:path``.
        facts: the triples around it.
        prefixes: prefix → namespace for CURIEs.
    """
    return _path(node, facts, prefixes, 0)


def _path(node: Term, facts: Facts, prefixes: Mapping[str, str], depth: int) -> str | None:
    if isinstance(node, NamedNode):
        return short(node.value, prefixes)
    if not isinstance(node, BlankNode) or depth > _DEPTH:
        return None
    items = list_items(node, facts)
    if items is not None:
        return _joined(items, "/", facts, prefixes, depth)
    here = [(iri.removeprefix(SH), value) for iri, values in facts.get(node, {}).items() for value in values]
    return _step(*here[0], facts, prefixes, depth) if len(here) == 1 else None


def _step(kind: str, value: Term, facts: Facts, prefixes: Mapping[str, str], depth: int) -> str | None:
    """Return the path that one triple ``[ sh:<kind> value ]`` stands for."""
    if kind == "alternativePath":
        choices = list_items(value, facts)
        return None if choices is None else _joined(choices, "|", facts, prefixes, depth)
    inner = _path(value, facts, prefixes, depth + 1)
    if inner is None or kind not in {*_SUFFIX, "inversePath"}:
        return None
    if kind == "inversePath":
        return "^" + inner
    bare = not inner.startswith("^") and inner[-1] not in _SUFFIX.values()
    return (inner if bare else f"({inner})") + _SUFFIX[kind]


def _joined(items: list[Term], sign: str, facts: Facts, prefixes: Mapping[str, str], depth: int) -> str | None:
    parts = [_path(item, facts, prefixes, depth + 1) for item in items]
    if len(parts) < 2 or None in parts:  # noqa: PLR2004 - a sequence or a choice has two members or more
        return None
    text = sign.join(part for part in parts if part is not None)
    return f"({text})" if depth else text


def list_items(node: Term, facts: Facts) -> list[Term] | None:
    """Return the items of the RDF list that begins at `node`, None where it is no well-formed list."""
    items: list[Term] = []
    seen: set[Term] = set()
    while node != NamedNode(RDF + "nil"):
        here = facts.get(node) if isinstance(node, NamedNode | BlankNode) else None
        if here is None or node in seen:
            return None
        first, rest = here.get(RDF + "first", []), here.get(RDF + "rest", [])
        if len(first) != 1 or len(rest) != 1:
            return None
        seen.add(node)
        items.append(first[0])
        node = rest[0]
    return items

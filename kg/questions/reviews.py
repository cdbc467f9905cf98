"""How the links stand that a trace walked: judged for what both ends say now, or not.

What is suspect, found invalid, or new since an acceptance is derived in each commit; what is not among that and was
judged, by a review of its own or by an acceptance, holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.rdf.names import NS, RDF, expand
from kg.rdf.terms import iri_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.store import Reader

__all__ = ["review_states"]

_ORDER: Final = ("invalid", "suspect", "unreviewed", "valid")
"""The worst first: of several links that lead to one item, that one is told."""

_KINDS: Final = {
    NS + "UnreviewedLink": "unreviewed",
    NS + "InvalidLink": "invalid",
    NS + "SuspectLink": "suspect",
    NS + "Review": "valid",
}
"""Class of what is said about a link → its state; the first that fits decides."""


def review_states(reader: Reader, links: Iterable[tuple[str, str, str]], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return IRI of each item that links lead to → the worst state of these links.

    Args:
        reader: the state.
        links: where a walk came from, by which link (a CURIE, or several with ``/`` between), what it reached; the link
            may be said by either of the two. Those along which no suspicion spreads have no state and are left out.
        prefixes: prefix → namespace of the CURIEs.
    """
    walked = list(links)
    declared = reader.select(f"SELECT ?p WHERE {{ ?p <{NS}suspicion> ?ends }}")
    spread = {node.value for (node,) in declared if isinstance(node, NamedNode)}
    said = _said(reader, {end for source, _, target in walked for end in (source, target)})
    accepted = reader.ask(f"ASK {{ ?act <{RDF}type> <{NS}Acceptance> }}")
    found: dict[str, str] = {}
    for source, link, target in walked:
        property_ = expand(link.rpartition("/")[2], dict(prefixes)) or link
        if property_ not in spread:
            continue
        kinds = said.get((source, property_, target), set()) | said.get((target, property_, source), set())
        state = next((state for kind, state in _KINDS.items() if kind in kinds), "valid" if accepted else "unreviewed")
        found[target] = min(state, found.get(target, state), key=_ORDER.index)
    return found


def _said(reader: Reader, items: Iterable[str]) -> dict[tuple[str, str, str], set[str]]:
    """Return source, property and target of each link of some items → the classes of what is said about it."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for block in iri_values("source", sorted(items)):
        query = (
            f"SELECT ?source ?property ?target ?kind WHERE {{ {block} ?about <{NS}reviewsLinkFrom> ?source ;"
            f" <{NS}reviewsLinkType> ?property ; <{NS}reviewsLinkTo> ?target ; <{RDF}type> ?kind }}"
        )
        for source, property_, target, kind in reader.select(query):
            match source, property_, target, kind:
                case NamedNode(), Literal(), NamedNode(), NamedNode():
                    key = (source.value, property_.value, target.value)
                    found.setdefault(key, set()).add(kind.value)
    return found

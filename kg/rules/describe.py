"""What the nodes that findings name are called, read from the N-Triples in one pass, or one by one from a store."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.rdf.names import DCTERMS, NS, PREFIXES, RDF, RDFS, SKOS, curie
from kg.rdf.terms import line, parse_term
from kg.rules.vocabulary import reached
from kg.values import Item

if TYPE_CHECKING:
    import mmap
    from collections.abc import Callable, Iterable, Mapping

    from kg.rules.visible import Visible

__all__ = ["describe", "describe_some"]

_SUBCLASS: Final = NamedNode(RDFS + "subClassOf")
_PLAIN: Final = {
    f"<{DCTERMS}identifier>".encode(): "id",
    f"<{DCTERMS}title>".encode(): "title",
    f"<{RDFS}label>".encode(): "label",
    f"<{SKOS}prefLabel>".encode(): "label",
    f"<{RDF}type>".encode(): "type",
}
_PROPERTIES: Final = frozenset(NamedNode(name[1:-1].decode()) for name in _PLAIN)


def describe(
    facts: mmap.mmap,
    iris: Iterable[str],
    supers: Mapping[str, frozenset[str]],
    prefixes: Mapping[str, str] = PREFIXES,
) -> dict[str, Item]:
    """Return what people see of each of `iris`.

    Args:
        facts: N-Triples, each line after a newline.
        iris: what to describe; something that `facts` don't speak of gets its CURIE or IRI only.
        supers: class → its direct superclasses.
        prefixes: prefix → namespace.
    """
    found: dict[bytes, dict[str, set[bytes]]] = {f"<{iri}>".encode(): {} for iri in iris}
    if found:
        facts.seek(0)
        for line in iter(facts.readline, b""):
            subject, _, rest = line.partition(b" ")
            if subject in found:
                predicate, _, value = rest.partition(b" ")
                place = _PLAIN.get(predicate)
                if place is not None:
                    found[subject].setdefault(place, set()).add(value[:-3])
    known = dict(prefixes)
    items = (_item(key[1:-1].decode(), said, lambda one: supers.get(one, ()), known) for key, said in found.items())
    return {item.iri: item for item in items}


def describe_some(
    facts: Visible,
    iris: Iterable[str],
    written: Callable[[Iterable[bytes]], Iterable[bytes]],
    prefixes: Mapping[str, str] = PREFIXES,
) -> dict[str, Item]:
    """Return the same as `describe`, by looking each of `iris` up.

    Args:
        facts: what rules see.
        iris: what to describe.
        written: gives lines as their sources write them for lines as a store does.
        prefixes: prefix → namespace.
    """
    known, found = dict(prefixes), {}

    @cache
    def above(name: str) -> tuple[str, ...]:
        return tuple(one.value for one in facts.objects(NamedNode(name), _SUBCLASS) if isinstance(one, NamedNode))

    for iri in iris:
        said: dict[str, set[bytes]] = {}
        node = None if iri.startswith(('"', "_:")) else parse_term(f"<{iri}>")
        lines = _plain(node, facts) if isinstance(node, NamedNode) else []
        for one in written(lines):
            _, predicate, value = one.split(b" ", 2)
            said.setdefault(_PLAIN[predicate], set()).add(value[:-3])
        found[iri] = _item(iri, said, above, known)
    return found


def _plain(node: NamedNode, facts: Visible) -> list[bytes]:
    return [line(node, property_, value) for property_, value in facts.outgoing(node, _PROPERTIES)]


def _item(
    iri: str, said: Mapping[str, set[bytes]], above: Callable[[str], Iterable[str]], prefixes: dict[str, str]
) -> Item:
    classes = {one[1:-1].decode() for one in said.get("type", ())}
    general = {s for c in classes for s in reached(c, above) - {c}}
    kinds = sorted(c.removeprefix(NS) for c in classes - general if c.startswith(NS))
    title = _text(said.get("title", ())) or _text(said.get("label", ()))
    return Item(iri, _text(said.get("id", ())) or curie(iri, prefixes), title, kinds[0] if kinds else "")


def _text(literals: Iterable[bytes]) -> str:
    """Return the text of a literal: English or without language first, then the smallest."""
    ranked = sorted((b'"@' in one and b'"@en' not in one, one) for one in literals)
    if not ranked:
        return ""
    raw = ranked[0][1].decode()
    text, _, _ = raw[1:].rpartition('"')
    return text if "\\" not in text else str(getattr(parse_term(raw), "value", text))

"""What the nodes that findings name are called, read from the N-Triples in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.rdf.names import DCTERMS, NS, PREFIXES, RDF, RDFS, SKOS, curie
from kg.rdf.terms import parse_term
from kg.rules.vocabulary import supers_of
from kg.values import Item

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterable, Mapping

__all__ = ["describe"]

_PLAIN: Final = {
    f"<{DCTERMS}identifier>".encode(): "id",
    f"<{DCTERMS}title>".encode(): "title",
    f"<{RDFS}label>".encode(): "label",
    f"<{SKOS}prefLabel>".encode(): "label",
    f"<{RDF}type>".encode(): "type",
}


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
    return {key[1:-1].decode(): _item(key[1:-1].decode(), said, supers, known) for key, said in found.items()}


def _item(
    iri: str, said: Mapping[str, set[bytes]], supers: Mapping[str, frozenset[str]], prefixes: dict[str, str]
) -> Item:
    classes = {one[1:-1].decode() for one in said.get("type", ())}
    above = {s for c in classes for s in supers_of(c, supers) - {c}}
    kinds = sorted(c.removeprefix(NS) for c in classes - above if c.startswith(NS))
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

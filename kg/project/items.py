"""Finding items by the names that people type, and telling how people see them."""

from __future__ import annotations

import difflib
import heapq
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice, pairwise, product
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import Literal, NamedNode

from kg.errors import AmbiguousItem, UnknownItem
from kg.rdf.names import CATALOGUE, DCTERMS, NS, PREFIXES, RDF, RDFS, SKOS, curie, expand
from kg.rdf.terms import iri_values, values
from kg.values import Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.rdf.terms import Term
    from kg.store import Reader

__all__ = ["describe", "resolve"]

_NEAREST: Final = 5
_FAMILY: Final = 2
"""Words and numbers in a name that may be the beginning of others: ``SR-1`` has two."""
_SHORTLIST: Final = 200
_SCANNED: Final = 20_000
_IDENTIFIER: Final = DCTERMS + "identifier"
_TYPE: Final = RDF + "type"
_LABELS: Final = (DCTERMS + "title", RDFS + "label", SKOS + "prefLabel")

_Choice: TypeAlias = tuple[int, int, str]

_TOKENS = re.compile(r"[^\W\d_]+|\d+")


def resolve(reader: Reader, name: str, prefixes: dict[str, str]) -> Item:
    """Return the item that `name` means.

    Args:
        reader: the state to look in.
        name: an IRI, a CURIE, an identifier (case, blanks and punctuation may differ: ``SR-1.1-RE-1`` is
            ``SR 1.1 RE 1``), or a name relative to the project's base.
        prefixes: prefix → namespace; the empty prefix is the project's base.

    Raises:
        UnknownItem: nothing is called so; it carries the identifiers that look most like it.
        AmbiguousItem: several items are; it carries them as CURIEs or IRIs. A project's own item does not win over an
            entry of a catalogue: both are named.
    """
    name = name.strip()
    found = set(_as_iri(reader, name, prefixes))
    if not found:
        found = _as_identifier(reader, name) | set(_exists(reader, *_iri(prefixes.get("", "") + name)))
        if len(found) == 1:
            found |= set(_families(reader, name, *found))
    if not found:
        wanted = _tokens(name)
        identifiers = list(_identifiers(reader))
        found = {iri for iri, text in identifiers if wanted and _tokens(text) == wanted}
        if not found:
            raise UnknownItem(name, _nearest(name, {text for _, text in identifiers}))
    if len(found) > 1:
        raise AmbiguousItem(name, sorted(curie(iri, _named(prefixes)) for iri in found))
    iri = found.pop()
    return describe(reader, [iri], prefixes)[iri]


def describe(reader: Reader, iris: Iterable[str], prefixes: dict[str, str] | None = None) -> dict[str, Item]:
    """Return how people see each of `iris`, in their order; one that nothing is known about is shown by its CURIE.

    Args:
        reader: the state to look in.
        iris: the IRIs.
        prefixes: prefix → namespace for those without an identifier; default is Interlock's own.
    """
    wanted = list(dict.fromkeys(iris))
    known = _Known()
    known.read_usual(reader, wanted)
    known.read_all(reader, [iri for iri in wanted if iri not in known.titles])
    kinds = _most_specific(reader, known.classes)
    shown = PREFIXES if prefixes is None else _named(prefixes)
    return {
        iri: Item(
            iri,
            known.identifiers[iri][-1] if iri in known.identifiers else curie(iri, shown),
            known.titles[iri][-1] if iri in known.titles else "",
            kinds.get(iri, ""),
        )
        for iri in wanted
    }


@dataclass(slots=True)
class _Known:
    """What is known about items: the IRI of each → its best identifier and title, and its classes that are ours."""

    identifiers: dict[str, _Choice] = field(default_factory=dict)
    titles: dict[str, _Choice] = field(default_factory=dict)
    classes: dict[str, set[str]] = field(default_factory=dict)

    def read_usual(self, reader: Reader, iris: Iterable[str]) -> None:
        """Read the items that have identifier, title and class, as nearly all do: one row for each."""
        for block in iri_values("item", iris):
            query = (
                f"SELECT ?item ?id ?title ?class WHERE {{ {block} ?item <{_IDENTIFIER}> ?id ; <{_LABELS[0]}> ?title ;"
                f" <{_TYPE}> ?class }}"
            )
            for node, identifier, title, class_ in reader.select(query):
                if isinstance(node, NamedNode):
                    self._take(node.value, _IDENTIFIER, identifier)
                    self._take(node.value, _LABELS[0], title)
                    self._take(node.value, _TYPE, class_)

    def read_all(self, reader: Reader, iris: Iterable[str]) -> None:
        """Read what there is about items of which something may be missing."""
        # One VALUES and one pattern: pyoxigraph joins a second VALUES against the whole store.
        named = ", ".join(f"<{property_}>" for property_ in (_IDENTIFIER, *_LABELS, _TYPE))
        for block in iri_values("item", iris):
            query = f"SELECT ?item ?p ?value WHERE {{ {block} ?item ?p ?value FILTER(?p IN ({named})) }}"
            for node, property_, value in reader.select(query):
                if isinstance(node, NamedNode) and isinstance(property_, NamedNode):
                    self._take(node.value, property_.value, value)

    def _take(self, iri: str, property_: str, value: Term | None) -> None:
        """Keep a value: of texts the earlier property before the later, English before other languages."""
        if isinstance(value, Literal) and property_ != _TYPE:
            found = self.identifiers if property_ == _IDENTIFIER else self.titles
            rank = _LABELS.index(property_) if property_ in _LABELS else 0
            new = (rank, 0 if (value.language or "en").startswith("en") else 1, value.value)
            old = found.get(iri)
            if old is None or new < old:
                found[iri] = new
        elif isinstance(value, NamedNode) and property_ == _TYPE and value.value.startswith(NS):
            self.classes.setdefault(iri, set()).add(value.value)


def _as_iri(reader: Reader, name: str, prefixes: dict[str, str]) -> Iterator[str]:
    """Yield `name` as an IRI or CURIE if something is called so."""
    full = expand(name, prefixes) if not name.startswith(":") or "" in prefixes else None
    yield from _exists(reader, *_iri(full or ""), *_iri(name if ":" in name else ""))


def _as_identifier(reader: Reader, name: str) -> set[str]:
    """Return what has `name` as its identifier or abbreviation, as typed or else in another likely spelling."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for block in values("id", [Literal(text) for text in sorted(_spellings(name))]):
        query = f"SELECT ?item ?id WHERE {{ {block} ?item <{_IDENTIFIER}>|<{NS}abbreviation> ?id }}"
        for node, text in reader.select(query):
            if isinstance(node, NamedNode):
                found[text == Literal(name)].add(node.value)
    return found[True] or found[False]


def _spellings(name: str) -> set[str]:
    """Return likely spellings of an identifier, so that a clash between two documents shows without a full scan."""
    spellings = {name, name.upper(), name.lower()}
    tokens = _TOKENS.findall(name)
    for join, digits in product((" ", "-", ".", ""), (".", "-")):
        text = "".join(tokens[:1])
        for before, token in pairwise(tokens):
            text += (digits if before.isdigit() and token.isdigit() else join) + token
        spellings |= {text, text.upper(), text.lower()}
    return spellings


def _families(reader: Reader, name: str, entry: str) -> Iterator[str]:
    """Yield a few entries of other documents that `name` is the beginning of, where `entry` is one of a catalogue.

    ``SR-1`` is a requirement of IEC 62443-4-1, and how people abbreviate the SR 1.x of IEC 62443-3-3.
    """
    start, document = _tokens(name), entry.rpartition("/")[0]
    if not entry.startswith(CATALOGUE) or len(start) > _FAMILY:
        return
    entries = [node for (node,) in reader.select(f"SELECT ?item WHERE {{ ?item <{NS}inDocument> ?document }}")]
    others = set()
    for block in values("item", [node for node in entries if isinstance(node, NamedNode)]):
        for node, text in reader.select(f"SELECT ?item ?id WHERE {{ {block} ?item <{_IDENTIFIER}> ?id }}"):
            if isinstance(node, NamedNode) and isinstance(text, Literal) and _tokens(text.value)[: len(start)] == start:
                others.add(node.value)
    yield from sorted(iri for iri in others if iri.rpartition("/")[0] != document)[:_NEAREST]


def _exists(reader: Reader, *nodes: NamedNode) -> Iterator[str]:
    for node in nodes:
        if next(iter(reader.outgoing(node)), None) or next(iter(reader.incoming(node)), None):
            yield node.value


def _iri(text: str) -> tuple[NamedNode, ...]:
    """Return `text` as an IRI, nothing where it can't be one."""
    try:
        return (NamedNode(text),)
    except ValueError:
        return ()


def _identifiers(reader: Reader) -> Iterator[tuple[str, str]]:
    for node, text in reader.select(f"SELECT ?item ?id WHERE {{ ?item <{_IDENTIFIER}> ?id }}"):
        if isinstance(node, NamedNode) and isinstance(text, Literal):
            yield node.value, text.value


def _tokens(text: str) -> tuple[str, ...]:
    """Return what counts in an identifier: its words and numbers, whatever stands between them."""
    return tuple(_TOKENS.findall(text.casefold()))


def _nearest(name: str, identifiers: Iterable[str]) -> list[str]:
    """Return the identifiers most like `name`: a cheap measure makes a short list, difflib orders that."""
    name = name.casefold()
    pairs = Counter(pairwise(name))

    def likeness(text: str) -> tuple[float, str]:
        folded = text.casefold()
        other = Counter(pairwise(folded))
        return (pairs & other).total() / max(len(folded), len(name), 1), text

    like = (text for text in sorted(identifiers) if text[:1].casefold() == name[:1])
    short = {text.casefold(): text for text in heapq.nlargest(_SHORTLIST, islice(like, _SCANNED), key=likeness)}
    return [short[text] for text in difflib.get_close_matches(name, short, n=_NEAREST, cutoff=0.5)]


def _most_specific(reader: Reader, classes: dict[str, set[str]]) -> dict[str, str]:
    """Return for each node the local name of the class of ours that has no other of its classes below it."""
    above = _ancestors(reader, {class_ for several in classes.values() if len(several) > 1 for class_ in several})
    return {
        iri: min(several - {up for one in several for up in above.get(one, ())}, default=min(several)).removeprefix(NS)
        for iri, several in classes.items()
    }


def _ancestors(reader: Reader, classes: set[str]) -> dict[str, set[str]]:
    """Return each class → all classes above it."""
    parents: dict[str, set[str]] = {}
    frontier = set(classes)
    while frontier:
        rows: set[tuple[Term | None, ...]] = set()
        for block in values("c", [NamedNode(iri) for iri in sorted(frontier)]):
            rows |= set(reader.select(f"SELECT ?c ?up WHERE {{ {block} ?c <{RDFS}subClassOf> ?up }}"))
        for iri in frontier:
            parents[iri] = set()
        for class_, up in rows:
            if isinstance(class_, NamedNode) and isinstance(up, NamedNode) and up != class_:
                parents[class_.value].add(up.value)
        frontier = {up for several in parents.values() for up in several} - parents.keys()
    return {class_: _closure(class_, parents) for class_ in classes}


def _closure(class_: str, parents: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [class_]
    while todo:
        new = parents[todo.pop()] - found
        found |= new
        todo += new
    return found - {class_}


def _named(prefixes: dict[str, str] | None) -> dict[str, str]:
    """Return `prefixes` without the empty one: a colon alone in front of a name only puzzles."""
    return {prefix: namespace for prefix, namespace in (prefixes or {}).items() if prefix}

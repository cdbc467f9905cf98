"""What two states say differently of items: property by property, old beside new."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.project.items import describe
from kg.rdf.names import curie
from kg.rdf.terms import parse_lines, to_ntriples

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.rdf.terms import Term
    from kg.store import Delta, Reader
    from kg.values import Item

__all__ = ["changed_properties"]


def changed_properties(
    deltas: Iterable[Delta], reader: Reader, prefixes: Mapping[str, str]
) -> list[tuple[str, Item | str | None, Item | str | None]]:
    """Return property, old value and new value of everything that came or went about one subject.

    Args:
        deltas: what came and went in each graph; a line that moved from one graph to another did neither.
        reader: the state that knows the items.
        prefixes: prefix → namespace.
    """
    come, gone = set[bytes](), set[bytes]()
    for delta in deltas:
        come |= set(delta.added)
        gone |= set(delta.removed)
    new, old = _values(come - gone), _values(gone - come)
    terms = [term for values in (*new.values(), *old.values()) for term in values]
    items = describe(reader, [term.value for term in terms if isinstance(term, NamedNode)], dict(prefixes))

    def shown(term: Term | None) -> Item | str | None:
        if isinstance(term, NamedNode):
            return items[term.value]
        return term.value if isinstance(term, Literal) else None if term is None else to_ntriples(term)

    return [
        (curie(property_, dict(prefixes)), shown(before), shown(after))
        for property_ in sorted(new.keys() | old.keys())
        for before, after in zip_longest(old.get(property_, ()), new.get(property_, ()))
    ]


def _values(lines: Iterable[bytes]) -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = {}
    for triple in parse_lines(sorted(lines)):
        found.setdefault(triple.predicate.value, []).append(triple.object)
    return found

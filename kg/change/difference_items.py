"""What two states say differently of items: property by property, old beside new."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import Literal, NamedNode

from kg.project.items import describe
from kg.rdf.names import curie
from kg.rdf.terms import parse_lines, to_ntriples
from kg.values import Changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kg.rdf.terms import Term
    from kg.store import Reader
    from kg.values import Item

__all__ = ["changed_values", "described", "is_item"]

_PART: Final = "/.well-known/genid/"

_Said: TypeAlias = dict[str, dict[str, list["Term"]]]
"""Subject → property → values."""

_Pair: TypeAlias = tuple[str, "Term | None", "Term | None"]
"""The properties that lead to a value, the old one and the new one."""


def changed_values(
    come: Iterable[bytes], gone: Iterable[bytes], readers: Sequence[Reader], prefixes: Mapping[str, str]
) -> list[Changed]:
    """Return what came and went as what items say now and said before.

    A part without a name of its own, which has another IRI whenever it says something else, counts as its owner: an old
    part and a new one under the same property are held side by side, the most alike first.

    Args:
        come: the lines that came.
        gone: the lines that went.
        readers: states that know the items, the one that decides how they are called first.
        prefixes: prefix → namespace.
    """
    new, old = _said(come), _said(gone)
    pairs: dict[str, list[_Pair]] = {}
    parts: set[str] = set()
    for subject in sorted(new.keys() | old.keys(), key=lambda iri: (_PART in iri, iri)):
        if subject not in parts:
            pairs[subject] = list(_compare(subject, subject, "", (old, new), parts, prefixes))
    terms = [term for several in pairs.values() for _, *both in several for term in both]
    named = [*pairs, *(term.value for term in terms if isinstance(term, NamedNode))]
    items = described(named, readers, prefixes)

    def shown(term: Term | None) -> Item | str | None:
        if isinstance(term, NamedNode):
            return items[term.value]
        return term.value if isinstance(term, Literal) else None if term is None else to_ntriples(term)

    return [
        Changed(items[subject], property_, shown(before), shown(after))
        for subject, several in pairs.items()
        for property_, before, after in several
    ]


def described(iris: Iterable[str], readers: Sequence[Reader], prefixes: Mapping[str, str]) -> dict[str, Item]:
    """Return how people see each of `iris`, after the first reader that knows it as an item."""
    found: dict[str, Item] = {}
    wanted = list(dict.fromkeys(iris))
    for reader in readers:
        unknown = [iri for iri in wanted if iri not in found or not is_item(found[iri])]
        found |= {
            iri: item
            for iri, item in describe(reader, unknown, dict(prefixes)).items()
            if iri not in found or is_item(item)
        }
    return found


def is_item(item: Item) -> bool:
    """Tell an item, which has a class of ours, a title or an identifier, from any other node."""
    if _PART in item.iri:
        return False
    shortened = item.id == item.iri or (":" in item.id and item.iri.endswith(item.id.partition(":")[2]))
    return bool(item.kind or item.title) or not shortened


def _compare(  # noqa: PLR0917 - the two ends of a recursion and what it carries
    before: str, after: str, path: str, said: tuple[_Said, _Said], parts: set[str], prefixes: Mapping[str, str]
) -> Iterator[_Pair]:
    """Yield what two nodes say differently; parts met on the way are added to `parts`."""
    old, new = said[0].get(before, {}), said[1].get(after, {})
    for property_ in sorted(old.keys() | new.keys()):
        olds, news = old.get(property_, []), new.get(property_, [])
        here = f"{path}{curie(property_, dict(prefixes))}"
        went = [term for term in olds if term not in news]
        came = [term for term in news if term not in olds]
        old_parts = [t.value for t in went if isinstance(t, NamedNode) and _PART in t.value and t.value not in parts]
        new_parts = [t.value for t in came if isinstance(t, NamedNode) and _PART in t.value and t.value not in parts]
        parts.update(old_parts, new_parts)
        for one, other in _pairs(old_parts, new_parts, said):
            yield from _compare(one, other, f"{here}/", said, parts, prefixes)
        plain = [[t for t in side if not (isinstance(t, NamedNode) and _PART in t.value)] for side in (went, came)]
        for one_value, other_value in zip_longest(*plain):
            yield here, one_value, other_value


def _pairs(old: Sequence[str], new: Sequence[str], said: tuple[_Said, _Said]) -> Iterator[tuple[str, str]]:
    """Yield each old part with the new one that says most of the same, and those that have none with nothing."""
    facts = [
        {node: {(p, term) for p, terms in one.get(node, {}).items() for term in terms} for node in nodes}
        for nodes, one in zip((old, new), said, strict=True)
    ]
    ranked = sorted(
        ((-len(facts[0][one] & facts[1][other]), i, j) for i, one in enumerate(old) for j, other in enumerate(new))
    )
    left, right = set(range(len(old))), set(range(len(new)))
    for _, i, j in ranked:
        if i in left and j in right:
            left.discard(i)
            right.discard(j)
            yield old[i], new[j]
    yield from ((old[i], "") for i in sorted(left))
    yield from (("", new[j]) for j in sorted(right))


def _said(lines: Iterable[bytes]) -> _Said:
    found: _Said = {}
    for triple in parse_lines(sorted(lines)):
        subject = triple.subject.value if isinstance(triple.subject, NamedNode) else str(triple.subject)
        found.setdefault(subject, {}).setdefault(triple.predicate.value, []).append(triple.object)
    return found

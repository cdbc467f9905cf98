"""What an import did to the items of its source: added, modified, retired, unchanged.

An item is what has an identifier (in a source without any identifier, whatever has an IRI). What has none, a score or
a blank node, counts as part of the items that lead to it: where it changes, they are modified.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal

from kg.importers.conversion import Caveat  # noqa: TC001 - part of what the module gives
from kg.rdf.names import DCTERMS, NS, RDF
from kg.rdf.terms import parse_lines
from kg.values import Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.store import Delta

__all__ = ["ImportReport", "item_changes"]

_IDENTIFIER: Final = f" <{DCTERMS}identifier> ".encode()
_GENID: Final = b"/.well-known/genid/"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import of one file did, or would do.

    Attributes:
        source: name of the source.
        path: the file as it lies in the project.
        kind: name of the importer that read it.
        added: items that are new, by IRI.
        modified: items of which something changed.
        retired: items that are gone.
        unchanged: how many items are as they were.
        caveats: what was left out or read with a guess.
    """

    source: str
    path: str
    kind: str
    added: tuple[Item, ...] = ()
    modified: tuple[Item, ...] = ()
    retired: tuple[Item, ...] = ()
    unchanged: int = 0
    caveats: tuple[Caveat, ...] = ()


def item_changes(
    new: Sequence[bytes], delta: Delta
) -> tuple[tuple[Item, ...], tuple[Item, ...], tuple[Item, ...], int]:
    """Return the items that a change added, modified and retired, and how many it left alone.

    Args:
        new: sorted lines of the graph after the change.
        delta: the change.
    """
    fresh = set(delta.added)
    old = [line for line in new if line not in fresh] + delta.removed
    new_items, old_items = _items(new), _items(old)
    if not new_items and not old_items:
        new_items, old_items = _named(new), _named(old)
    both = new_items & old_items
    touched = {_subject(line) for line in (*delta.added, *delta.removed)}
    modified = _owners(touched, new_items | old_items, [*new, *delta.removed]) & both
    return (
        _described(new_items - old_items, new),
        _described(modified, new),
        _described(old_items - new_items, old),
        len(both) - len(modified),
    )


def _subject(line: bytes) -> bytes:
    return line.partition(b" ")[0]


def _items(lines: Iterable[bytes]) -> set[bytes]:
    return {_subject(line) for line in lines if _IDENTIFIER in line}


def _named(lines: Iterable[bytes]) -> set[bytes]:
    return {subject for subject in map(_subject, lines) if _GENID not in subject}


def _owners(touched: set[bytes], items: set[bytes], lines: Iterable[bytes]) -> set[bytes]:
    """Return the items among `touched`, and those from which the rest of it is reached over what is no item."""
    owners = touched & items
    rest = touched - items
    if not rest:
        return owners
    parents: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for line in lines:
        subject, _, value = line.split(b" ", 2)
        if value.startswith(b"<") and value[:-3] not in items:
            parents[value[:-3]].add(subject)
    seen = set(rest)
    while rest:
        above = {parent for part in rest for parent in parents[part]}
        owners |= above & items
        rest = above - items - seen
        seen |= rest
    return owners


def _described(items: set[bytes], lines: Iterable[bytes]) -> tuple[Item, ...]:
    """Return `items` with identifier, title and class, sorted by identifier."""
    if not items:
        return ()
    facts: dict[bytes, dict[str, str]] = {item: {} for item in items}
    for triple in parse_lines([line for line in lines if _subject(line) in items]):
        value = triple.object
        if isinstance(value, Literal) or triple.predicate.value == f"{RDF}type":
            text = value.value if not isinstance(value, type(triple)) else ""
            facts[str(triple.subject).encode()].setdefault(triple.predicate.value, text)
    described = (
        Item(
            iri=item[1:-1].decode(),
            id=known.get(f"{DCTERMS}identifier", item[1:-1].decode()),
            title=known.get(f"{DCTERMS}title", ""),
            kind=known.get(f"{RDF}type", "").removeprefix(NS),
        )
        for item, known in facts.items()
    )
    return tuple(sorted(described, key=lambda item: (item.id, item.iri)))

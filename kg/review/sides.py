"""What an item says otherwise than before, property by property: both sides of a change, for people."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from kg.review.fingerprint import Printer

if TYPE_CHECKING:
    from collections.abc import Callable

    from kg.review.content import ContentRules, Pair

__all__ = ["Side", "sides"]

_MOST = 2000
"""Nodes of one item that are walked; the rest of a hostile one is left out."""


class Side(NamedTuple):
    """One thing that an item says otherwise.

    Attributes:
        path: the IRIs of the properties that lead to it; several where a part says it.
        old: what it said, in N-Triples; None where it said nothing.
        new: what it says, in N-Triples; None where it says nothing any more.
    """

    path: tuple[str, ...]
    old: str | None
    new: str | None


def sides(
    iri: str, old: Callable[[bytes], list[Pair]], new: Callable[[bytes], list[Pair]], rules: ContentRules
) -> list[Side]:
    """Return what counts and an item says otherwise, sorted; what is only told in another order is left out.

    Args:
        iri: the item.
        old: gives the statements about a node then, in N-Triples.
        new: gives the statements about a node now.
        rules: what counts.
    """
    then, now = _said(iri, Printer(old, rules)), _said(iri, Printer(new, rules))
    found: list[Side] = []
    for path in sorted(then.keys() | now.keys()):
        gone, come = _without(then[path], now[path]), _without(now[path], then[path])
        longer = max(len(gone), len(come))
        padded = zip(gone + [None] * (longer - len(gone)), come + [None] * (longer - len(come)), strict=True)
        found += [Side(path, before, after) for before, after in padded]
    return [_whole(side, iri, old, new) if _key(side) in rules.only else side for side in found]


def _key(side: Side) -> bytes:
    """Return the property of a side that the item says itself, in N-Triples."""
    return f"<{side.path[0]}>".encode() if len(side.path) == 1 else b""


def _whole(side: Side, iri: str, old: Callable[[bytes], list[Pair]], new: Callable[[bytes], list[Pair]]) -> Side:
    """Return a side of a property of which one value alone counts, with the other value that stood or stands there."""
    said = [
        one or next((value.decode() for name, value in sorted(pairs(f"<{iri}>".encode())) if name == _key(side)), None)
        for one, pairs in ((side.old, old), (side.new, new))
    ]
    return Side(side.path, *said)


def _said(iri: str, printer: Printer) -> defaultdict[tuple[str, ...], list[str]]:
    """Return path → the values at its end; a part is told by what it says."""
    found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    start = f"<{iri}>".encode()
    todo: list[tuple[bytes, tuple[str, ...]]] = [(start, ())]
    walked = {start}
    while todo and len(walked) <= _MOST:
        node, path = todo.pop()
        for property_, value in printer.rules.counting(printer.pairs(node)):
            here = (*path, property_[1:-1].decode())
            if not printer.folds(property_, value):
                found[here].append(value.decode())
            elif value not in walked:
                walked.add(value)
                todo.append((value, here))
    return found


def _without(some: list[str], others: list[str]) -> list[str | None]:
    """Return what `some` has more often than `others`, sorted."""
    left = list(others)
    found: list[str | None] = []
    for one in sorted(some):
        if one in left:
            left.remove(one)
        else:
            found.append(one)
    return found

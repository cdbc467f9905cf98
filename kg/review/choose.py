"""Which links a decision is about, and that they still are what somebody saw."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.errors import InputError, StaleDecision
from kg.review.content import pairs_of_reader
from kg.review.decide import covered
from kg.review.past import Earlier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kg.review.content import Pair
    from kg.review.decide import Decision
    from kg.review.links import Link
    from kg.review.states import Standing, Standings

__all__ = ["Moved", "Seen", "by_items", "by_pairs", "moved", "seen_at", "seen_now", "subjects"]

_PRINT: Final = re.compile(r"1:[0-9a-f]{4,32}")
_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """What a decision was made against.

    Attributes:
        prints: IRI of each item at an end of a link → its fingerprint.
        pairs: gives what a node said.
    """

    prints: dict[str, str]
    pairs: Callable[[bytes], list[Pair]]


@dataclass(frozen=True, slots=True)
class Moved:
    """An item that says something else than what was decided about.

    Attributes:
        iri: the item.
        old: its fingerprint when somebody looked.
        new: its fingerprint now.
    """

    iri: str
    old: str
    new: str


def by_items(standings: Standings, items: Iterable[str], decision: Decision) -> dict[Link, tuple[Standing, str]]:
    """Return each link that a decision about some items covers → how it stands, and the item."""
    found: dict[Link, tuple[Standing, str]] = {}
    for item in items:
        for one in covered(standings.of(item), item, decision):
            found.setdefault(one.link, (one, item))
    return found


def by_pairs(standings: Standings, pairs: Iterable[tuple[str, str]]) -> list[Standing]:
    """Return the links between two items, in both directions, for each of some pairs.

    Raises:
        InputError: two of them have no link.
    """
    found: dict[Link, Standing] = {}
    for one, other in pairs:
        between = [s for s in standings.of(one) if other in s.link[::2]]
        if not between:
            raise InputError(
                f"<{one}> and <{other}> have no link along which suspicion spreads, so there is nothing to decide"
            )
        found |= {s.link: s for s in between}
    return list(found.values())


def subjects(rows: Iterable[Sequence[object]]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the items, or the pairs of items, that a query gave.

    Raises:
        InputError: it gave something else.
    """
    items: list[str] = []
    pairs: list[tuple[str, str]] = []
    for row in rows:
        iris = [cell.value for cell in row if isinstance(cell, NamedNode)]
        if len(iris) != len(row) or len(row) not in {1, _PAIR}:
            raise InputError(
                "a selection is a SELECT that gives one column of items, or two whose items have a link; this one gave"
                f" {'a row of ' + str(len(row)) + ' columns' if len(iris) == len(row) else 'something that is no item'}"
            )
        if len(iris) == 1:
            items.append(iris[0])
        else:
            pairs.append((iris[0], iris[1]))
    return list(dict.fromkeys(items)), list(dict.fromkeys(pairs))


def seen_now(standings: Standings, chosen: Iterable[Standing]) -> Seen:
    """Return what the ends of some links say now."""
    ends = {end for one in chosen for end in one.link[::2]}
    return Seen({end: standings.print(end) for end in sorted(ends)}, pairs_of_reader(standings.reader))


def seen_at(standings: Standings, chosen: Sequence[Standing], against: str) -> Seen:
    """Return what the ends of some links said when somebody looked.

    Args:
        standings: the present state.
        chosen: the links.
        against: the beginning of a change's id, or of the fingerprint of one end: ``1:`` and hexadecimal digits.

    Raises:
        InputError: `against` is neither, or no change is called so.
    """
    now = seen_now(standings, chosen)
    if not against.startswith("1:"):
        change = standings.history.find(against)
        earlier = Earlier(standings.reader, standings.rules, standings.history, (change,))
        return Seen({end: earlier.print(end) for end in now.prints}, earlier.pairs)
    if not _PRINT.fullmatch(against):
        raise InputError(f"{against!r} is no fingerprint: those are '1:' and up to 32 hexadecimal digits")
    if any(found.startswith(against) for found in now.prints.values()):
        return now
    for end in now.prints:
        for change in reversed(standings.history.touching(end)):
            earlier = Earlier(standings.reader, standings.rules, standings.history, (change,))
            if earlier.print(end).startswith(against):
                return Seen({**now.prints, end: earlier.print(end)}, earlier.pairs)
    raise StaleDecision(
        f"neither end of the links has, or ever had, the fingerprint {against}; look again with `interlock review ITEM`"
    )


def moved(seen: Seen, standings: Standings) -> list[Moved]:
    """Return the items that say something else now than when somebody looked."""
    now = {iri: standings.print(iri) for iri in seen.prints}
    return [Moved(iri, old, now[iri]) for iri, old in seen.prints.items() if old != now[iri]]

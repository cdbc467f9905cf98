"""Links and how they stand, as tables for people and programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.project.items import describe
from kg.rdf.names import curie
from kg.rdf.terms import parse_term
from kg.review.content import pairs_of_reader
from kg.review.past import Earlier
from kg.review.sides import Side, sides
from kg.values import Changed, Item, Note, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kg.review.content import Pair
    from kg.review.states import Standing, Standings

__all__ = ["COLUMNS", "Shown"]

COLUMNS: Final = (
    "state",
    "from",
    "link",
    "to",
    "looks",
    "changed",
    "property",
    "old",
    "new",
    "by",
    "as",
    "when",
    "reason",
    "from_fingerprint",
    "to_fingerprint",
    "judged_from_fingerprint",
    "judged_to_fingerprint",
)
"""``looks``: who has to look again; ``changed`` to ``new``: what says otherwise than when the link was last judged."""


@dataclass
class Shown:
    """Makes the tables of one state.

    Args:
        standings: the states of links.
        prefixes: prefix → namespace.
    """

    standings: Standings
    prefixes: dict[str, str]
    _items: dict[str, Item] = field(default_factory=dict)
    _earlier: dict[tuple[str, ...], Earlier] = field(default_factory=dict)

    def table(self, title: str, found: Sequence[Standing], notes: Sequence[Note] = ()) -> Table:
        """Return links as a table; one whose ends say something else has a row for each such thing."""
        self._know(
            end for one in found for end in (*one.link[::2], *((one.record.by, one.record.role) if one.record else ()))
        )
        return Table(title, COLUMNS, tuple(row for one in found for row in self._rows(one)), tuple(notes))

    def item(self, iri: str) -> Item:
        """Return an item as people see it."""
        if iri not in self._items:
            self._know([iri])
        return self._items[iri]

    def changed(self, one: Standing) -> list[Changed]:
        """Return what the ends of a link say otherwise than when it was last judged."""
        if one.record is None or not one.changed:
            return []
        earlier = self._at(one.record.against)
        if earlier is None:
            return []
        return [change for end in one.changed for change in self.difference(end, earlier.pairs)]

    def difference(
        self, iri: str, old: Callable[[bytes], list[Pair]], new: Callable[[bytes], list[Pair]] | None = None
    ) -> list[Changed]:
        """Return what an item says otherwise than before.

        Args:
            iri: the item.
            old: gives what a node said before.
            new: gives what a node says; None for the present state.
        """
        found = sides(iri, old, new or pairs_of_reader(self.standings.reader), self.standings.rules)
        self._know([iri, *(value[1:-1] for side in found for value in side[1:] if value and value.startswith("<"))])
        return [self._change(iri, side) for side in found]

    def _change(self, iri: str, side: Side) -> Changed:
        path = "/".join(curie(one, self.prefixes) for one in side.path)
        return Changed(self.item(iri), path, self._value(side.old), self._value(side.new))

    def _value(self, text: str | None) -> Item | str | None:
        if text is None:
            return None
        term = parse_term(text)
        if isinstance(term, NamedNode):
            return self.item(term.value)
        return term.value if isinstance(term, Literal) else text

    def _rows(self, one: Standing) -> list[tuple[Item | str | None, ...]]:
        record = one.record or one.newer
        state = str(one.state) if one.stands else f"{one.state}, gone"
        head = (
            state,
            self.item(one.link.source),
            curie(one.link.property, self.prefixes),
            self.item(one.link.target),
            "; ".join(self.item(end).id for end in self._looking(one)) or None,
        )
        tail = (
            self.item(record.by).title or self.item(record.by).id if record and record.by else None,
            self.item(record.role).title or self.item(record.role).id if record and record.role else None,
            record.when or None if record else None,
            record.reason or None if record else None,
            one.source_print or None,
            one.target_print or None,
            one.record.source_print or None if one.record else None,
            one.record.target_print or None if one.record else None,
        )
        changes = self.changed(one)
        if not changes:
            ends = "; ".join(self.item(end).id for end in one.changed)
            return [(*head, ends or None, None, None, None, *tail)]
        return [(*head, change.item.id, change.property, change.old, change.new, *tail) for change in changes]

    def _looking(self, one: Standing) -> list[str]:
        """Return the ends that have to be looked at again."""
        if not one.asks:
            return []
        if one.newer is not None:
            return [one.link.target]
        return [end for end in one.dependents if set(one.changed) - {end}] or list(one.dependents)

    def _at(self, changes: tuple[str, ...]) -> Earlier | None:
        """Return the items as they were after some changes; None where these are not known."""
        known = self.standings
        if not changes or not set(changes) <= set(known.history.ids):
            return None
        if changes not in self._earlier:
            self._earlier[changes] = Earlier(known.reader, known.rules, known.history, changes)
        return self._earlier[changes]

    def _know(self, iris: Iterable[str]) -> None:
        wanted = [iri for iri in dict.fromkeys(iris) if iri and iri not in self._items]
        self._items |= describe(self.standings.reader, wanted, self.prefixes)

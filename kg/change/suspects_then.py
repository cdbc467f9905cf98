"""What an item said when it was last judged, or at another moment, beside what it says now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.derive.spread import Link, Spread
from kg.derive.spread_facts import asked
from kg.derive.spread_unit import AsItWas, judged_at
from kg.focus.reads import RecordingReader
from kg.rdf.names import DCTERMS, NS, PREFIXES, RDF, curie
from kg.rdf.terms import parse_term
from kg.review.content import GENID, pairs_of_reader
from kg.review.fingerprint import GONE, Printer
from kg.review.links import Links
from kg.review.records import acceptances, records_from, records_to
from kg.review.sides import sides
from kg.values import Changed, Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kg.derive.spread import Reached
    from kg.derive.spread_declared import Declared
    from kg.derive.spread_unit import Before
    from kg.review.past import Earlier
    from kg.review.sides import Side

__all__ = ["Compared", "Then"]

_TYPE: Final = f"<{RDF}type>".encode()


@dataclass(frozen=True, slots=True)
class Then:
    """An item that changed.

    Attributes:
        item: its IRI.
        sides: what it says otherwise.
        since: time in UTC of the first change that did that; empty where it is not known.
        classes: IRIs of its classes, now or, where it is gone, then.
        lasted: whether it was there then and still is.
        called: how people saw it, where it is gone.
    """

    item: str
    sides: tuple[Side, ...]
    since: str
    classes: frozenset[str]
    lasted: bool
    called: Item | None = None

    @classmethod
    def judged(cls, before: Before, item: str, judgements: Iterable[str]) -> Then:
        """Return an item beside what it said at the first of some judgements, as far as they tell.

        Where it says now what it said then (it was found that something else has to change because of it), the last
        judgement counts at which it said something else.
        """
        moments = sorted({at for one in judgements if (at := judged_at(before.reader, one))})
        compared = [cls.at(before, earlier, item) for at in moments if (earlier := before.at(at))]
        found = max(compared, key=lambda one: (len(one.sides), one.since), default=None)
        if found is None or not found.sides:
            older = (cls.at(before, earlier, item) for at in _moments(before, item) if (earlier := before.at(at)))
            found = next((one for one in older if one.sides), found)
        return found or cls(item, (), "", frozenset(), lasted=True)

    @classmethod
    def at(cls, before: Before, earlier: Earlier, item: str) -> Then:
        """Return an item beside what it said at an earlier moment."""
        now = pairs_of_reader(before.reader)
        there = [bool(read(f"<{item}>".encode())) for read in (earlier.pairs, now)]
        source = now if there[1] else earlier.pairs
        classes = {value[1:-1].decode() for name, value in source(f"<{item}>".encode()) if name == _TYPE}
        found = tuple(sides(item, earlier.pairs, now, before.rules))
        since = _since(before, earlier, item) if found else ""
        called = None if there[1] else _called(earlier, item, classes)
        return cls(item, found, since, frozenset(classes), all(there), called)

    @property
    def mentioned(self) -> Iterator[str]:
        """The IRIs among what it said and says."""
        for side in self.sides:
            for text in (side.old, side.new):
                if text is not None and text.startswith("<"):
                    yield text[1:-1]

    def rows(self, items: Mapping[str, Item], prefixes: Mapping[str, str] | None) -> Iterator[Changed]:
        """Yield what it says otherwise, as people see it.

        Args:
            items: the items that it names, by IRI.
            prefixes: prefix → namespace; None for Interlock's own.
        """
        known = dict(PREFIXES if prefixes is None else prefixes)
        for side in self.sides:
            path = "/".join(curie(property_, known) for property_ in side.path)
            yield Changed(items[self.item], path, _shown(side.old, items), _shown(side.new, items))


@dataclass
class Compared:
    """The items of a state beside what they said at an earlier moment, as if all had been accepted then.

    Args:
        declared: how suspicion runs.
        before: tells what items said.
        earlier: the items as they were.
    """

    declared: Declared
    before: Before
    earlier: Earlier

    def __post_init__(self) -> None:
        reader = self.before.reader
        self._links = Links(reader, self.before.rules)
        self._printer = Printer(pairs_of_reader(reader), self.before.rules)
        self._spread = Spread(RecordingReader(reader), self.declared, self._asked)

    def changed(self) -> list[str]:
        """Return the items that say something else than then, sorted."""
        nodes = (node[1:-1].decode() for node in self.earlier.touched)
        items = {owner for node in nodes for owner in self._links.owners(node)}
        gone = {item for item in items if GENID.decode() in item}
        return sorted(one for one in items - gone if self._printer.of(one) != self.earlier.print(one))

    def spread(self, item: str) -> tuple[Then, dict[str, Reached]]:
        """Return an item that changed, and what is suspect because of it."""
        ways = self._spread.walk(item, [*self._kept(item), *self._cut(item)])
        then = Then.at(self.before, self.earlier, item) if ways else Then(item, (), "", frozenset(), lasted=True)
        return then, ways

    def _kept(self, item: str) -> Iterator[Link]:
        """Yield the links that count: what rests on them was there then, and said the link then if it is its own."""
        for link in self._spread.links(item):
            if self.earlier.print(link.other) == GONE:
                continue
            if (
                link.end == "object"
                or not self._is_touched(link.other)
                or any((one.property, one.target) == (link.property, item) for one in self.earlier.leaving(link.other))
            ):
                yield link

    def _cut(self, item: str) -> Iterator[Link]:
        """Yield the links that an item said then and not now, where the far end rests on it."""
        for one in self.earlier.leaving(item) - set(self._links.leaving(item)):
            if "object" in self.declared.rests.get(one.property, ()) and self._printer.of(one.target) != GONE:
                yield Link(one.property, "object", one.target)

    def _asked(self, result: str) -> dict[str, int]:
        return asked(AsItWas(self.earlier), result) if self._is_touched(result) else {}

    def _is_touched(self, item: str) -> bool:
        nodes = (f"<{node}>".encode() for node in self._links.with_parts(item))
        return not self.earlier.touched.isdisjoint(nodes)


def _moments(before: Before, item: str) -> Iterator[tuple[str, ...]]:
    """Yield the states for which something about an item was judged, the latest judgement first."""
    reader = before.reader
    records = [*records_from(reader, item), *records_to(reader, item)]
    found = [(one.when, one.against) for one in records] + [(one.when, one.changes) for one in acceptances(reader)]
    yield from dict.fromkeys(changes for _, changes in sorted(found, reverse=True) if changes)


def _since(before: Before, earlier: Earlier, item: str) -> str:
    """Return when the change was recorded since which an item says something else than at an earlier moment.

    Where it went back in between to what it said then, the change after that counts.
    """
    nodes = Links(before.reader, before.rules).with_parts(item)
    moved: Counter[bytes] = Counter()
    since = ""
    for id_ in before.history.since(earlier.at):
        deltas = before.history.blocks(id_).of(nodes).values()
        moved.update(line for delta in deltas for line in delta.added if _counts(before, line))
        moved.subtract(line for delta in deltas for line in delta.removed if _counts(before, line))
        since = (since or before.history.header(id_).when) if any(moved.values()) else ""
    return since


def _called(earlier: Earlier, item: str, classes: Iterable[str]) -> Item:
    """Return how people saw an item that is gone."""
    said = {
        property_[1:-1].decode(): term.value
        for property_, value in earlier.pairs(f"<{item}>".encode())
        if isinstance(term := parse_term(value.decode()), Literal)
    }
    kind = min((one.removeprefix(NS) for one in classes if one.startswith(NS)), default="")
    return Item(item, said.get(f"{DCTERMS}identifier", curie(item)), said.get(f"{DCTERMS}title", ""), kind)


def _counts(before: Before, line: bytes) -> bool:
    _, property_, rest = line.split(b" ", 2)
    return property_ not in before.rules.excluded or before.rules.only.get(property_) == rest[:-3]


def _shown(text: str | None, items: Mapping[str, Item]) -> Item | str | None:
    if text is None:
        return None
    term = parse_term(text)
    return items[term.value] if isinstance(term, NamedNode) else term.value if isinstance(term, Literal) else text

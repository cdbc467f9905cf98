"""Derives which items are suspect, and because of which change; see `kg.derive.spread` for how suspicion spreads.

A focus is an item that changed: one that a suspect link names as its changed end, or on which the far end of a link
rests that was found not to hold. What is derived names it as the object: ``item il:suspectBecauseOf changed``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import Literal, NamedNode

from kg.derive.spread import Link, Spread
from kg.derive.spread_declared import FLOWS, read_declared
from kg.derive.spread_facts import asked
from kg.focus.reads import Read
from kg.focus.touch import Everything
from kg.rdf.names import NS, RDF, RDFS
from kg.rdf.terms import line, parse_term
from kg.review.content import ContentRules
from kg.review.past import Earlier
from kg.review.records import acceptances, record_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kg.derive.spread_declared import Declared
    from kg.derive.spread_facts import NodeReader
    from kg.focus.reads import RecordingReader
    from kg.project.derived import Context
    from kg.project.history import History
    from kg.rdf.terms import Node, Term
    from kg.store import Reader, Touched

__all__ = ["STARTS", "AsItWas", "Before", "Doubts", "SuspectBecauseOf", "doubts", "judged_at"]

_TYPE: Final = RDF + "type"
_CHANGED: Final = NS + "changedEnd"
_FROM: Final = NS + "reviewsLinkFrom"
_TO: Final = NS + "reviewsLinkTo"
_KIND: Final = NS + "reviewsLinkType"
_STARTS: Final = frozenset({_CHANGED, _FROM, _TO})
STARTS: Final = (
    f"SELECT DISTINCT ?item WHERE {{ {{ ?link <{_TYPE}> <{NS}SuspectLink> ; <{_CHANGED}> ?item }}"
    f" UNION {{ ?link <{_TYPE}> <{NS}InvalidLink> ; <{_FROM}>|<{_TO}> ?item }} }}"
)
"""The items from which suspicion may start."""

_DECLARING: Final = frozenset({NS + "suspicion", *(NS + flow for flow in FLOWS)}) | {
    RDFS + name for name in ("subClassOf", "domain", "range")
}


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is open about the links of one item at whose far end stands something that rests on it.

    Attributes:
        suspect: links that are suspect because the item changed → IRIs of their last judgements.
        invalid: links that were found not to hold, whose far end has to change → IRIs of these judgements. Where both
            ends rest on each other, the judgement says which of them that is.
        own: IRIs of the last judgements of links that are suspect because the item changed, and where nothing rests on
            it at the far end: the item itself has to be looked at because of its own change.
    """

    suspect: Mapping[Link, tuple[str, ...]]
    invalid: Mapping[Link, tuple[str, ...]]
    own: tuple[str, ...] = ()

    @property
    def judgements(self) -> set[str]:
        """The last judgements of links that are suspect because the item changed."""
        return {*self.own, *(one for several in self.suspect.values() for one in several)}


def doubts(reader: NodeReader, declared: Declared, item: str) -> Doubts:
    """Return what is open about the links of an item, as it was derived."""
    suspect: dict[Link, tuple[str, ...]] = {}
    invalid: dict[Link, tuple[str, ...]] = {}
    own: set[str] = set()
    arriving = [(node, name.value) for node, name in reader.incoming(NamedNode(item)) if name.value in _STARTS]
    changed = {node for node, name in arriving if name == _CHANGED}
    for node in sorted({node for node, _ in arriving}, key=str):
        facts = _facts(reader, node)
        judged = facts.get(NS + "lastJudged", ())
        links = [
            Link(kind, end, other)
            for kind in facts.get(_KIND, ())
            for end, near, far in (("subject", _TO, _FROM), ("object", _FROM, _TO))
            if item in facts.get(near, ()) and end in declared.rests.get(kind, ())
            for other in facts.get(far, ())
        ]
        classes = facts.get(_TYPE, ())
        if NS + "SuspectLink" in classes and node in changed:
            suspect.update(dict.fromkeys(links, judged))
            own.update(() if links else judged)
        elif NS + "InvalidLink" in classes:
            due = facts.get(NS + "bringsUpToDate", ())
            invalid.update({link: judged for link in links if link.other in due or not due})
    return Doubts(dict(sorted(suspect.items())), dict(sorted(invalid.items())), tuple(sorted(own)))


def judged_at(reader: Reader, judgement: str) -> tuple[str, ...]:
    """Return the ids of the changes whose state a review or acceptance judged; none where it does not say."""
    found = record_of(reader, judgement)
    if found is not None:
        return found.against
    return next((one.changes for one in acceptances(reader) if one.iri == judgement), ())


@dataclass
class Before:
    """Tells what items said when they were last judged.

    Args:
        reader: the present state.
        history: the changes that led to it.
    """

    reader: Reader
    history: History
    _earlier: dict[tuple[str, ...], Earlier] = field(default_factory=dict)

    @cached_property
    def rules(self) -> ContentRules:
        """What counts as content."""
        return ContentRules.of(self.reader)

    def at(self, changes: tuple[str, ...]) -> Earlier | None:
        """Return the items as they were after some changes; None where one of these is not of this history."""
        if not changes or not set(changes) <= set(self.history.ids):
            return None
        if changes not in self._earlier:
            self._earlier[changes] = Earlier(self.reader, self.rules, self.history, changes)
        return self._earlier[changes]

    def asked(self, result: str, judgements: Iterable[str]) -> dict[str, int]:
        """Return the most that a risk result asked when it was judged: foundational requirement → level."""
        found: dict[str, int] = {}
        for changes in sorted({judged_at(self.reader, one) for one in judgements}):
            earlier = self.at(changes)
            for fr, level in (asked(AsItWas(earlier), result) if earlier else {}).items():
                found[fr] = max(level, found.get(fr, 0))
        return found


class SuspectBecauseOf:
    """The derivation; see the module."""

    name = "suspects"
    stratum = 3
    version = "2"
    recorded = True

    def __init__(self) -> None:
        self._run: _Run | None = None

    def all(self, reader: Reader, context: Context) -> Iterable[str]:
        """Return the items from which suspicion starts."""
        self._run = _Run(reader, context)
        return {item.value for (item,) in reader.select(STARTS) if isinstance(item, NamedNode)}

    def concerned(self, reader: Reader, touched: Touched, context: Context) -> Iterable[str] | Everything:
        """Return the items that the links in question name."""
        self._run = _Run(reader, context)
        found: set[str] = set()
        for triple in touched.triples():
            if triple.predicate.value in _DECLARING:
                return Everything("how suspicion spreads, or a class, changed")
            if triple.predicate.value in _STARTS and isinstance(triple.object, NamedNode):
                found.add(triple.object.value)
        return found

    def compute(self, focus: str, reader: RecordingReader, context: Context) -> Iterable[bytes]:
        """Return which items are suspect because one changed."""
        run = self._run
        if run is None or run.context is not context:
            raise RuntimeError("a run begins with all or concerned")
        once = _Once(reader, run.rows)
        open_ = doubts(once, run.declared, focus)
        if not open_.suspect and not open_.invalid:
            return []

        def earlier(result: str) -> Mapping[str, int]:
            return run.before.asked(result, doubts(once, run.declared, result).judgements)

        found = Spread(once, run.declared, earlier).walk(focus, open_.suspect, open_.invalid)
        because = NamedNode(NS + "suspectBecauseOf")
        return [line(NamedNode(item), because, NamedNode(focus)) for item in found]


@dataclass
class _Run:
    """What is kept for one state."""

    reader: Reader
    context: Context
    rows: dict[Read, list[Any]] = field(default_factory=dict)

    @cached_property
    def declared(self) -> Declared:
        """How suspicion runs."""
        return read_declared(self.reader)

    @cached_property
    def before(self) -> Before:
        """What items said when they were judged."""
        return Before(self.reader, self.context.history)


@dataclass(frozen=True, slots=True)
class _Once:
    """Records what it reads, and reads it once for all focus nodes of a run: their ways go through the same items.

    Attributes:
        reader: records.
        rows: what was read in this run.
    """

    reader: RecordingReader
    rows: dict[Read, list[Any]]

    def values(self, node: Node, property_: NamedNode) -> list[Term]:
        """Return the objects of the statements about a node with one property."""
        return self._row(Read(str(node), property_.value, "out"), lambda: self.reader.values(node, property_))

    def outgoing(self, node: Node) -> list[tuple[NamedNode, Term]]:
        """Return property and object of each statement about a node."""
        return self._row(Read(str(node), "", "out"), lambda: self.reader.outgoing(node))

    def incoming(self, node: Term) -> list[tuple[Node, NamedNode]]:
        """Return subject and property of each statement that names a node."""
        return self._row(Read(str(node), "", "in"), lambda: self.reader.incoming(node))

    def _row(self, read: Read, rows: Callable[[], list[Any]]) -> list[Any]:
        if read in self.rows:
            self.reader.reads.add(read)
        else:
            self.rows[read] = rows()
        return self.rows[read]


@dataclass(frozen=True, slots=True)
class AsItWas:
    """Reads the statements about single nodes as they were."""

    earlier: Earlier

    def values(self, node: Node, property_: NamedNode) -> list[Term]:
        """Return the objects of the statements about a node with one property."""
        return [value for name, value in self.outgoing(node) if name == property_]

    def outgoing(self, node: Node) -> Iterator[tuple[NamedNode, Term]]:
        """Yield property and object of each statement about a node."""
        for property_, value in self.earlier.pairs(str(node).encode()):
            yield NamedNode(property_[1:-1].decode()), parse_term(value.decode())

    def incoming(self, node: Term) -> Iterator[tuple[Node, NamedNode]]:
        """Yield nothing: what named a node is not kept."""
        del node
        return iter(())


def _facts(reader: NodeReader, node: Node) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for property_, value in reader.outgoing(node):
        if isinstance(value, NamedNode | Literal):
            found[property_.value] = (*found.get(property_.value, ()), value.value)
    return found

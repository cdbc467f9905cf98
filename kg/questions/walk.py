"""Walks the steps of a trace question: each is one query that is bound by the frontier, so cost follows the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.errors import InterlockError
from kg.questions.header import FRONTIER
from kg.rdf.names import curie
from kg.rdf.terms import values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.questions.classes import Classes
    from kg.questions.header import Question, Step
    from kg.rdf.terms import Term
    from kg.store import Reader, Rows

__all__ = ["Key", "Plan", "Walk", "walk"]

Key = tuple[str, str]
"""A bucket and the IRI of a node in it; the start has the bucket ``""``."""

_START: Final = ""
_TRUE: Final = Literal(True)


@dataclass(slots=True)
class Walk:
    """What a walk reached.

    Attributes:
        start: the IRI that it started from.
        reached: bucket → IRI of each entry → whether it is walked on: for entries that are marked governing or
            contributing, whether some link governs; else True.
        links: (source, link, target, bucket) of each link → True where it governs, False where it only contributes,
            None where links are not so marked.
        before: each entry → the entry that it was first reached from and the nodes between the two.
        breaks: each entry from which a step reached nothing that should have → what is wrong, in the order of steps.
    """

    start: str
    reached: dict[str, dict[str, bool]]
    links: dict[tuple[str, str, str, str], bool | None] = field(default_factory=dict)
    before: dict[Key, tuple[Key, tuple[str, ...]]] = field(default_factory=dict)
    breaks: dict[Key, str] = field(default_factory=dict)

    def path(self, key: Key) -> tuple[str, ...]:
        """Return the IRIs of the nodes from the start to an entry, both included."""
        nodes: list[str] = []
        while key[0] != _START:
            nodes.append(key[1])
            key, between = self.before[key]
            nodes.extend(reversed(between))
        nodes.append(key[1])
        return tuple(reversed(nodes))


class Plan:
    """A trace question made ready for one state of the graph: the classes of its buckets are looked up once.

    Args:
        question: the question.
        classes: the class tree of that state.
    """

    def __init__(self, question: Question, classes: Classes) -> None:
        self.takes = {b.name: classes.within(b.classes) if b.classes else None for b in question.buckets}
        self.marked = frozenset(b.name for b in question.buckets if b.governing)
        self.steps = tuple(
            (step, step.query.split(FRONTIER), classes.within(step.when), classes.within(step.of))
            for step in question.steps
        )


def walk(plan: Plan, reader: Reader, start: str, classes: Iterable[str], bound: Sequence[tuple[str, str]] = ()) -> Walk:
    """Walk from an item.

    Args:
        plan: the question.
        reader: the state to walk in.
        start: IRI of the item.
        classes: IRIs of the item's classes.
        bound: what else to write into each query: a text, and what takes its place.
    """
    return _Walker(plan, reader, start, frozenset(classes)).run(bound)


class _Walker:
    def __init__(self, plan: Plan, reader: Reader, start: str, own: frozenset[str]) -> None:
        self._plan, self._reader, self._own = plan, reader, own
        self._walk = Walk(start, {name: {} for name in plan.takes})
        self._kinds: dict[str, str] = {}
        self._seeds = frozenset(name for name, takes in plan.takes.items() if takes and takes & own)
        self._labels: dict[NamedNode, str] = {}

    def run(self, bound: Sequence[tuple[str, str]]) -> Walk:
        for step, (head, tail), when, of in self._plan.steps:
            if when and not when & self._own:
                continue
            for text, value in bound:
                head, tail = head.replace(text, value), tail.replace(text, value)  # noqa: PLW2901 - the step's own copy
            asked: set[str] = set()
            while frontier := self._frontier(step, of, asked):
                asked |= frontier.keys()
                fruitful: set[str] = set()
                for block in values("from", map(NamedNode, frontier)):
                    self._take(step, self._reader.select(head + block + tail), frontier, fruitful)
                if step.otherwise:
                    for iri, key in frontier.items():
                        if iri not in fruitful:
                            self._walk.breaks.setdefault(key, step.otherwise)
                if not step.repeat:
                    break
        return self._walk

    def _frontier(self, step: Step, of: frozenset[str], asked: set[str]) -> dict[str, Key]:
        """Return what the step has to ask about next: the IRI of each node → its place in the walk."""
        found: dict[str, Key] = {}
        start = self._walk.start
        if (
            (step.start or not self._seeds.isdisjoint(step.sources))
            and start not in asked
            and (not of or of & self._own)
        ):
            found[start] = (_START, start)
        for name in step.sources:
            for iri, on in self._walk.reached[name].items():
                if on and iri not in asked and (not of or self._kinds.get(iri) in of):
                    found.setdefault(iri, (name, iri))
        return found

    def _take(self, step: Step, rows: Rows, frontier: dict[str, Key], fruitful: set[str]) -> None:
        """Put the rows of one query into the walk."""
        names = rows.variables
        from_, to, class_, link, governing = (
            names.index(name) if name in names else None for name in ("from", "to", "class", "link", "governing")
        )
        via = [number for number, name in enumerate(names) if name.startswith("via")]
        if from_ is None or to is None:
            raise InterlockError("a step of a stored question has no ?from or no ?to")
        only = step.targets[0] if class_ is None else None
        last = step.links[-1] if step.links else ""
        for row in rows:
            source, target = row[from_], row[to]
            if not isinstance(source, NamedNode) or not isinstance(target, NamedNode):
                continue  # a literal or a blank node is no item
            bucket = only or self._bucket(step, target, row[class_ or 0])
            if bucket is None:
                continue
            on = governing is None or row[governing] == _TRUE
            label = last if link is None else self._label(row[link])
            between = tuple(node.value for number in via if isinstance(node := row[number], NamedNode))
            fruitful.add(source.value)
            self._add(frontier[source.value], between, target.value, bucket, on=on)
            self._link(step, (source.value, *between, target.value), label, bucket, on=on)

    def _bucket(self, step: Step, node: NamedNode, class_: Term | None) -> str | None:
        """Return the bucket for a node of a class, None where the step has none for it."""
        if not isinstance(class_, NamedNode):
            return None
        for name in step.targets:
            takes = self._plan.takes[name]
            if takes is None or class_.value in takes:
                self._kinds.setdefault(node.value, class_.value)
                return name
        return None

    def _add(self, origin: Key, between: tuple[str, ...], target: str, bucket: str, *, on: bool) -> None:
        """Enter a node into its bucket; a governing link to it outweighs contributing ones, and gives the path."""
        entries = self._walk.reached[bucket]
        if target != self._walk.start and (target not in entries or (on and not entries[target])):
            entries[target] = on
            self._walk.before[bucket, target] = (origin, between)

    def _link(self, step: Step, nodes: tuple[str, ...], label: str, bucket: str, *, on: bool) -> None:
        links, marked = self._walk.links, bucket in self._plan.marked
        for number in range(len(nodes) - 2):
            links.setdefault((nodes[number], step.links[number], nodes[number + 1], ""), None)
        key = (nodes[-2], label, nodes[-1], bucket)
        links[key] = (on or bool(links.get(key))) if marked else None

    def _label(self, property_: Term | None) -> str:
        if not isinstance(property_, NamedNode):
            return ""
        known = self._labels.get(property_)
        if known is None:
            known = self._labels[property_] = curie(property_.value)
        return known

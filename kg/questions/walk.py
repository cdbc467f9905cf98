"""Walks the steps of a trace question: each is one query that is bound by the frontier, so cost follows the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

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


class _Ready(NamedTuple):
    """A step with its query cut where the frontier goes, and the IRIs of the classes that it names."""

    step: Step
    query: tuple[str, ...]
    when: frozenset[str]
    of: frozenset[str]
    not_of: frozenset[str]

    def asks(self, class_: str) -> bool:
        """Tell whether an entry of a class belongs to the frontier."""
        return class_ not in self.not_of and (not self.of or class_ in self.of)


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
            _Ready(
                step,
                tuple(step.query.split(FRONTIER)),
                classes.within(step.when),
                classes.within(step.of),
                classes.within(step.not_of),
            )
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
        for ready in self._plan.steps:
            step = ready.step
            if ready.when and not ready.when & self._own:
                continue
            head, tail = ready.query
            for text, value in bound:
                head, tail = head.replace(text, value), tail.replace(text, value)
            asked: set[str] = set()
            while frontier := self._frontier(ready, asked):
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

    def _frontier(self, ready: _Ready, asked: set[str]) -> dict[str, Key]:
        """Return what a step has to ask about next: the IRI of each node → its place in the walk."""
        found: dict[str, Key] = {}
        step, start, kinds = ready.step, self._walk.start, self._kinds
        seeded = step.start or not self._seeds.isdisjoint(step.sources)
        if seeded and start not in asked and any(map(ready.asks, self._own)):
            found[start] = (_START, start)
        chosen = bool(ready.of or ready.not_of)
        for name in step.sources:
            for iri, on in self._walk.reached[name].items():
                if on and iri not in asked and not (chosen and not ready.asks(kinds.get(iri, ""))):
                    found.setdefault(iri, (name, iri))
        return found

    def _take(self, step: Step, rows: Rows, frontier: dict[str, Key], fruitful: set[str]) -> None:
        """Put the rows of one query into the walk."""
        names = rows.variables
        from_, to, class_, link, governing = (
            names.index(name) if name in names else None for name in ("from", "to", "class", "link", "governing")
        )
        via = [number for number, name in enumerate(names) if name.startswith("via")]
        if from_ is None:
            raise InterlockError("a step of a stored question has no ?from")
        last = step.links[-1] if step.links else ""
        for row in rows:
            source, target = row[from_], None if to is None else row[to]
            if isinstance(source, NamedNode) and target is None:
                fruitful.add(source.value)
            if not isinstance(source, NamedNode) or not isinstance(target, NamedNode):
                continue  # a literal or a blank node is no item
            bucket = self._bucket(step, target.value, None if class_ is None else row[class_])
            if bucket is None:
                continue
            on = governing is None or row[governing] == _TRUE or bucket not in self._plan.marked
            label = last if link is None else self._label(row[link])
            between = tuple(node.value for number in via if isinstance(node := row[number], NamedNode))
            fruitful.add(source.value)
            self._add(frontier[source.value], between, target.value, bucket, on=on)
            self._link(step, (source.value, *between, target.value), label, bucket, on=on)

    def _bucket(self, step: Step, iri: str, class_: Term | None) -> str | None:
        """Return the bucket for a node, None where the step has none for its class."""
        kinds = self._kinds
        kind = class_.value if isinstance(class_, NamedNode) else kinds.get(iri)
        if kind is None:
            return step.targets[0]
        kinds.setdefault(iri, kind)
        for name in step.targets:
            takes = self._plan.takes[name]
            if takes is None or kind in takes:
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

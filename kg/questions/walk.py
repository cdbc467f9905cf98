"""Walks the steps of a trace question: each is one query that is bound by the frontier, so cost follows the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pyoxigraph import Literal, NamedNode

from kg.errors import InterlockError
from kg.questions.header import FRONTIER
from kg.rdf.names import RDF, curie
from kg.rdf.terms import iri_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from kg.questions.classes import Classes
    from kg.questions.header import Question, Step
    from kg.rdf.terms import Term
    from kg.store import Reader, Rows

__all__ = ["Key", "Plan", "Walk", "walk"]

Key = tuple[str, str]
"""A bucket and the IRI of a node in it; the start has the bucket ``""``."""

_START: Final = ""
_TRUE: Final = Literal(True)
_NONE: Final[frozenset[str]] = frozenset()


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
    """A step with its query cut where the frontier goes, and the IRIs of the classes that it names.

    `sorts` tells whether the classes of what it reaches matter: to choose a bucket, or for a step from there.
    """

    step: Step
    query: tuple[str, ...]
    when: frozenset[str]
    of: frozenset[str]
    not_of: frozenset[str]
    sorts: bool

    def asks(self, classes: AbstractSet[str]) -> bool:
        """Tell whether an entry of some classes belongs to the frontier."""
        return self.not_of.isdisjoint(classes) and (not self.of or not self.of.isdisjoint(classes))


class Plan:
    """A trace question made ready for one state of the graph: the classes of its buckets are looked up once.

    Args:
        question: the question.
        classes: the class tree of that state.
    """

    def __init__(self, question: Question, classes: Classes) -> None:
        self.takes = {b.name: classes.within(b.classes) if b.classes else None for b in question.buckets}
        self.marked = frozenset(b.name for b in question.buckets if b.governing)
        sorted_ = {name for step in question.steps if step.of or step.not_of for name in step.sources}
        sorted_ |= {name for name, takes in self.takes.items() if takes is not None}
        self.steps = tuple(
            _Ready(
                step,
                tuple(step.query.split(FRONTIER)),
                classes.within(step.when),
                classes.within(step.of),
                classes.within(step.not_of),
                not sorted_.isdisjoint(step.targets),
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
        self._kinds: dict[str, AbstractSet[str]] = {start: own}
        self._seeds = frozenset(name for name, takes in plan.takes.items() if takes and takes & own)
        self._labels: dict[Term | None, str] = {None: ""}

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
                for block in iri_values("from", frontier):
                    self._take(ready, self._reader.select(head + block + tail), frontier, fruitful)
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
        if (step.start or not self._seeds.isdisjoint(step.sources)) and start not in asked and ready.asks(self._own):
            found[start] = (_START, start)
        contributing, chosen = step.contributing, bool(ready.of or ready.not_of)
        for name in step.sources:
            for iri, on in self._walk.reached[name].items():
                if (
                    on is not contributing
                    and iri not in asked
                    and iri not in found
                    and (not chosen or ready.asks(kinds.get(iri, _NONE)))
                ):
                    found[iri] = (name, iri)
        return found

    def _take(self, ready: _Ready, rows: Rows, frontier: dict[str, Key], fruitful: set[str]) -> None:
        """Put the rows of one query into the walk."""
        step, names, table = ready.step, rows.variables, list(rows)
        if "from" not in names:
            raise InterlockError("a step of a stored question has no ?from")
        from_, to = names.index("from"), names.index("to") if "to" in names else None
        if to is None or {type(row[to]) for row in table} != {NamedNode}:
            fruitful.update(_iri(row[from_]) for row in table if to is None or row[to] is None)
            table = [row for row in table if to is not None and isinstance(row[to], NamedNode)]
        if not table:
            return
        columns: dict[str, tuple[Any, ...]] = dict(zip(names, zip(*table, strict=True), strict=True))
        targets = [node.value for node in columns["to"]]
        if "class" in columns:
            self._know(zip(targets, columns["class"], strict=True))
        elif ready.sorts:
            self._look_up(targets)
        buckets = {iri: self._bucket(step, iri) for iri in set(targets)}
        links = columns.get("link")
        labels = map(self._label, links) if links else repeat(step.links[-1] if step.links else "")
        governing = columns.get("governing")
        governs: Iterable[bool] = repeat(not step.contributing)
        if governing and not step.contributing:
            governs = (value == _TRUE for value in governing)
        via = [columns[name] for name in names if name.startswith("via")]
        between = [tuple(map(_iri, nodes)) for nodes in zip(*via, strict=True)] if via else repeat(())
        sources = [node.value for node in columns["from"]]
        fruitful.update(source for source, iri in zip(sources, targets, strict=True) if buckets[iri] is not None)
        self._enter(
            step, zip(map(frontier.__getitem__, sources), between, targets, labels, governs, strict=False), buckets
        )

    def _enter(
        self,
        step: Step,
        reached: Iterable[tuple[Key, tuple[str, ...], str, str, bool]],
        buckets: dict[str, str | None],
    ) -> None:
        """Note links and enter what they lead to; a governing link outweighs contributing ones, and gives the path.

        Args:
            step: the step that gave them.
            reached: of each link the entry that it starts from, the nodes between, its end, its name, and whether it
                governs.
            buckets: the end of each link → the bucket for it, if there is one.
        """
        walk, marked = self._walk, self._plan.marked
        links, before, start = walk.links, walk.before, walk.start
        for origin, between, iri, label, governs in reached:
            bucket = buckets[iri]
            if bucket is None:
                continue
            weighs = bucket in marked
            on = governs or not weighs
            entries = walk.reached[bucket]
            if iri != start and (iri not in entries or (on and not entries[iri])):
                entries[iri] = on
                before[bucket, iri] = (origin, between)
            last = origin[1]
            for hop, node in enumerate(between):
                links.setdefault((last, step.links[hop], node, ""), None)
                last = node
            key = (last, label, iri, bucket)
            links[key] = (on or bool(links.get(key))) if weighs else None

    def _know(self, classes: Iterable[tuple[str, Term | None]]) -> None:
        kinds = self._kinds
        for iri, class_ in classes:
            kinds[iri] = kinds.get(iri, _NONE) | {_iri(class_)}

    def _look_up(self, iris: Iterable[str]) -> None:
        """Learn the classes of nodes that no query told."""
        unknown = dict.fromkeys(iri for iri in iris if iri not in self._kinds)
        for block in iri_values("item", unknown):
            query = f"SELECT ?item ?class WHERE {{ {block} ?item <{RDF}type> ?class }}"
            self._know((_iri(item), class_) for item, class_ in self._reader.select(query))

    def _bucket(self, step: Step, iri: str) -> str | None:
        """Return the bucket for a node, None where the step has none for its classes."""
        kinds = self._kinds.get(iri, _NONE)
        for name in step.targets:
            takes = self._plan.takes[name]
            if takes is None or not takes.isdisjoint(kinds):
                return name
        return None

    def _label(self, property_: Term | None) -> str:
        known = self._labels.get(property_)
        if known is None:
            known = curie(property_.value) if isinstance(property_, NamedNode) else ""
            self._labels[property_] = known
        return known


def _iri(term: Term | None) -> str:
    """Return the IRI that a term is; empty where it is none."""
    return term.value if isinstance(term, NamedNode) else ""

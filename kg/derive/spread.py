"""What becomes suspect because one item changed: breadth first along the declared links, by shortest paths.

The first step goes over links that are suspect because the item changed (or over all its links, where the question is
what would be suspect); from there on suspicion is passed over links in whatever state of review, in the respects that
`kg.derive.spread_declared` explains. What was decided upstream ends it: then there is no suspect link to start from.

A system or component requirement of level n takes over the suspicion of a target level only from risk results that ask
at least n of the target's foundational requirement: those that govern it. What reaches the target in another way (the
target itself changed, its zone, a policy) reaches all its requirements. A requirement without a level in a catalogue
can't be asked less than it needs, so any demand governs it. Items that are retired or gone are past being doubted: none
becomes suspect, and none passes anything on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import NamedNode

from kg.derive.spread_facts import asked, is_gone, level_of
from kg.rdf.names import NS, RDF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kg.derive.spread_declared import Declared
    from kg.derive.spread_facts import NodeReader

__all__ = ["Link", "Reached", "Spread"]

_TYPE: Final = RDF + "type"
_DERIVED: Final = NS + "derivedFrom"
_GENID: Final = "/.well-known/genid/"


class Link(NamedTuple):
    """A link between two items, seen from one of them.

    Attributes:
        property: IRI of its property.
        end: where the item at its far end stands: ``subject`` or ``object``.
        other: IRI of the item at its far end, which rests on the near one.
    """

    property: str
    end: str
    other: str


class Reached(NamedTuple):
    """How suspicion came to an item.

    Attributes:
        path: IRIs from the item that changed to this one, both included.
        links: of each step the IRI of its property, and the end that was reached, ``subject`` or ``object``.
    """

    path: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _State:
    """An item reached in one respect (empty: it passes nothing on), and from where.

    Attributes:
        open: whether it is itself still to be looked at; not so where it was found that it has to change.
        demand: of a target level, the highest level for which what came this way asks; None for nothing at all.
    """

    item: str
    flow: str
    origin: _State | None
    link: tuple[str, str] | None
    demand: float | None = inf
    open: bool = True


@dataclass(slots=True)
class Spread:
    """Walks from changed items; what it reads of an item it reads once.

    Args:
        reader: the facts.
        declared: how suspicion runs.
        earlier: tells of a risk result what it asked before it changed: foundational requirement → level.
    """

    reader: NodeReader
    declared: Declared
    earlier: Callable[[str], Mapping[str, int]] = lambda _: {}
    _links: dict[tuple[str, str], list[Link]] = field(default_factory=dict)
    _values: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _gone: dict[str, bool] = field(default_factory=dict)
    _levels: dict[str, int | None] = field(default_factory=dict)
    _asks: dict[str, Mapping[str, int]] = field(default_factory=dict)

    def links(self, item: str, flow: str = "") -> list[Link]:
        """Return the links at whose far end stands something that rests on `item`, sorted.

        Args:
            item: its IRI.
            flow: only links over which suspicion in this respect is passed on; empty for all.
        """
        if (item, flow) not in self._links:
            found: set[Link] = set()
            todo, parts = [item], {item}
            while todo:
                node = todo.pop()
                inside, held = self._held(node, flow)
                found.update(link for link in held if link.other != item)
                todo += [part for part in inside if part not in parts]
                parts.update(inside)
            self._links[item, flow] = sorted(found)
        return self._links[item, flow]

    def walk(
        self, changed: str, first: Iterable[Link] | None = None, judged: Iterable[Link] = ()
    ) -> dict[str, Reached]:
        """Return what is suspect because `changed` is not what it was, and how suspicion came there.

        Args:
            changed: IRI of the item.
            first: the links of its that are suspect; None for all that it has.
            judged: links of its whose far end was found to have to change: what hangs there is suspect until it did.
        """
        start = _State(changed, "", None, None)
        settled = frozenset(judged)
        begin = self.links(changed) if first is None else sorted({*first, *settled})
        layer = [
            replace(state, open=link not in settled)
            for link in begin
            for state in self._over(start, link, self._all_respects(link))
        ]
        seen: dict[tuple[str, str], float] = {}
        found: dict[str, _State] = {}
        while layer:
            fresh = []
            for state in layer:
                if state.item == changed:
                    continue
                if state.open:
                    found.setdefault(state.item, state)
                bound = -1.0 if state.demand is None else state.demand
                if bound > seen.get((state.item, state.flow), -2.0):
                    seen[state.item, state.flow] = bound
                    fresh.append(state)
            layer = [
                new
                for state in fresh
                if state.flow
                for link in self.links(state.item, state.flow)
                for new in self._over(state, link, (state.flow,))
            ]
        return {item: _path(state) for item, state in found.items()}

    def _over(self, state: _State, link: Link, flows: Iterable[str]) -> list[_State]:
        """Return the states that a step over `link` leads to: none where the far end is retired or not governed."""
        if self._is_past(link.other):
            return []
        demand: float | None = inf
        if link.property == _DERIVED and link.end == "subject":
            if self._is(state.item, self.declared.targets):
                level = self._level(link.other)
                if state.demand is None or (level is not None and level > state.demand):
                    return []
            elif self._is(link.other, self.declared.targets) and self._is_result(state.item):
                demand = self._demand(state.item, link.other)
        step = (link.property, link.end)
        return [_State(link.other, flow, state, step, demand) for flow in flows]

    def _all_respects(self, link: Link) -> list[str]:
        return sorted(self._passed(link)) or [""]

    def _passed(self, link: Link) -> frozenset[str]:
        return self.declared.passes.get((link.property, link.end), frozenset())

    def _held(self, node: str, flow: str) -> tuple[list[str], list[Link]]:
        """Return the parts of a node, and the links of its own at whose far end something rests on it."""
        inside: list[str] = []
        held: list[Link] = []
        for subject, property_ in self.reader.incoming(NamedNode(node)):
            name = property_.value
            if self._counts(name, "subject", flow) and isinstance(subject, NamedNode):
                held.append(Link(name, "subject", self._owner(subject.value, name)))
        for property_, object_ in self.reader.outgoing(NamedNode(node)):
            if not isinstance(object_, NamedNode):
                continue
            name = property_.value
            if self._counts(name, "object", flow):
                held.append(Link(name, "object", self._owner(object_.value, "")))
            if name in self.declared.to_parts or _GENID in object_.value:
                inside.append(object_.value)
        return inside, held

    def _counts(self, property_: str, end: str, flow: str) -> bool:
        if flow:
            return flow in self.declared.passes.get((property_, end), ())
        return end in self.declared.rests.get(property_, ())

    def _owner(self, node: str, property_: str) -> str:
        """Return the item that `node` is a part of, itself where it is none."""
        seen = {node}
        while property_ in self.declared.of_parts or _GENID in node or self._is(node, self.declared.parts):
            above = sorted(
                subject.value
                for subject, name in self.reader.incoming(NamedNode(node))
                if (name.value in self.declared.to_parts or _GENID in node)
                and isinstance(subject, NamedNode)
                and subject.value not in seen
            )
            if not above:
                break
            node, property_ = above[0], ""
            seen.add(node)
        return node

    def _demand(self, result: str, target: str) -> float | None:
        """Return what a risk result asks of a target level, now or before it changed, whichever is more."""
        if result not in self._asks:
            now = asked(self.reader, result)
            before = self.earlier(result)
            self._asks[result] = {fr: max(now.get(fr, 0), before.get(fr, 0)) for fr in now.keys() | before.keys()}
        demands = [self._asks[result].get(fr) for fr in self._of(target, NS + "foundationalRequirement")]
        return max((float(level) for level in demands if level is not None), default=None)

    def _level(self, requirement: str) -> int | None:
        """Return the lowest level at which a catalogue asks for what `requirement` is an instance of, if any does."""
        if requirement not in self._levels:
            self._levels[requirement] = level_of(self.reader, requirement)
        return self._levels[requirement]

    def _is(self, item: str, classes: frozenset[str]) -> bool:
        return any(class_ in classes for class_ in self._of(item, _TYPE))

    def _is_result(self, item: str) -> bool:
        """Tell whether an item is a risk result, or was one when there still were facts about it."""
        return self._is(item, self.declared.results) or (self._is_gone(item) and bool(self.earlier(item)))

    def _is_past(self, item: str) -> bool:
        """Tell whether an item is retired or gone, so that nobody has to look at it any more."""
        return NS + "retired" in self._of(item, NS + "status") or self._is_gone(item)

    def _is_gone(self, item: str) -> bool:
        if item not in self._gone:
            self._gone[item] = not self._of(item, _TYPE) and is_gone(self.reader, item)
        return self._gone[item]

    def _of(self, node: str, property_: str) -> list[str]:
        key = (node, property_)
        if key not in self._values:
            found = self.reader.values(NamedNode(node), NamedNode(property_))
            self._values[key] = [value.value for value in found if isinstance(value, NamedNode)]
        return self._values[key]


def _path(state: _State) -> Reached:
    path, links = [state.item], []
    while state.origin is not None and state.link is not None:
        links.append(state.link)
        state = state.origin
        path.append(state.item)
    return Reached(tuple(reversed(path)), tuple(reversed(links)))

"""Builds the automaton of a footprint, and makes it small."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from kg.focus.catalogued import Catalogued
from kg.focus.footprint import FOCUS, Edge, Footprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Builder"]

_Out: TypeAlias = "dict[int, set[tuple[str | None, bool, int, tuple[str, ...]]]]"


class Builder:
    """An automaton under construction; `FOCUS` is there from the start.

    Args:
        catalogued: what decides between ways.

    Attributes:
        catalogued: what decides between ways.
        graphs: whether the unit asks in which graph a statement is.
    """

    def __init__(self, catalogued: Catalogued | None = None) -> None:
        self.catalogued = catalogued or Catalogued()
        self.graphs = False
        self._states = FOCUS
        self._edges: list[Edge] = []
        self._silent: dict[int, set[int]] = defaultdict(set)
        self._roots: dict[str, set[int]] = defaultdict(set)
        self._open: set[int] = set()

    def state(self) -> int:
        """Return a new state."""
        self._states += 1
        return self._states

    def edge(self, source: int, property_: str | None, inverse: bool, target: int, ends: tuple[str, ...] = ()) -> None:
        """Add a read."""
        self._edges.append(Edge(source, property_, inverse, target, ends))

    def epsilon(self, source: int, target: int) -> None:
        """Say that a node in state `source` is in state `target` too."""
        self._silent[source].add(target)

    def root(self, constant: str, state: int) -> None:
        """Say that a constant, in N-Triples syntax, is in a state."""
        self._roots[constant].add(state)

    def open(self, state: int) -> None:
        """Say that every node is in a state."""
        self._open.add(state)

    def build(self) -> Footprint:
        """Return the footprint: without silent edges, without what can't be reached, equal states made one."""
        closures = {state: self._closure(state) for state in range(self._states + 1)}
        own: _Out = defaultdict(set)
        for edge in self._edges:
            own[edge.source].add((edge.property, edge.inverse, edge.target, edge.ends))
        out = {state: set().union(*(own[s] for s in closure)) for state, closure in closures.items()}
        live = _reachable({FOCUS, *self._open}.union(*self._roots.values()), out)
        block = _blocks(live, out)
        edges = {
            Edge(block[state], name, inverse, block[target], ends)
            for state in live
            for name, inverse, target, ends in out[state]
        }
        number = _numbers(block)
        dead = {b for b in number if not any(edge.source == b for edge in edges)} - {block[FOCUS]}
        roots = {
            text: {number[block[s]] for s in states if block[s] not in dead} for text, states in self._roots.items()
        }
        return Footprint(
            tuple(sorted(_without_narrower({_renumbered(e, number) for e in edges}), key=_order)),
            tuple((text, tuple(sorted(states))) for text, states in sorted(roots.items()) if states),
            tuple(sorted({number[block[s]] for s in self._open if block[s] not in dead})),
            self.graphs,
        )

    def _closure(self, state: int) -> set[int]:
        found, todo = {state}, [state]
        while todo:
            for after in self._silent.get(todo.pop(), ()):
                if after not in found:
                    found.add(after)
                    todo.append(after)
        return found


def _reachable(starts: Iterable[int], out: _Out) -> set[int]:
    found = set(starts)
    todo = list(found)
    while todo:
        for _, _, target, _ in out[todo.pop()]:
            if target not in found:
                found.add(target)
                todo.append(target)
    return found


def _blocks(live: set[int], out: _Out) -> dict[int, int]:
    """Return state → number of the states from which the same can be read: they read the same further on, too."""
    block = dict.fromkeys(live, 0)
    count = 1
    while True:
        signatures: dict[object, int] = {}
        found = {
            state: signatures.setdefault(
                (block[state], frozenset((name, back, block[target], ends) for name, back, target, ends in out[state])),
                len(signatures),
            )
            for state in sorted(live)
        }
        if len(signatures) == count:
            return found
        block, count = found, len(signatures)


def _numbers(block: Mapping[int, int]) -> dict[int, int]:
    """Number the blocks anew, that of the focus first."""
    order = [block[FOCUS], *(b for b in sorted({*block.values()}) if b != block[FOCUS])]
    return {b: number for number, b in enumerate(order)}


def _renumbered(edge: Edge, number: Mapping[int, int]) -> Edge:
    return Edge(number[edge.source], edge.property, edge.inverse, number[edge.target], edge.ends)


def _without_narrower(edges: set[Edge]) -> set[Edge]:
    """Leave out edges for some ends beside which there is one for all."""
    return {e for e in edges if not e.ends or Edge(e.source, e.property, e.inverse, e.target) not in edges}


def _order(edge: Edge) -> tuple[int, str, bool, int, tuple[str, ...]]:
    return edge.source, edge.property or "", edge.inverse, edge.target, edge.ends

"""What a query reads: each variable is reached from the focus along the cheapest chain of patterns that bind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from kg.focus.paths import Series, Step, begins_inverse, can_be_empty, cost, ends_forward, first_steps, lay
from kg.focus.scopes import both_ways, real_variables, resolved, within_reach
from kg.rdf.names import RDF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.focus.automaton import Builder
    from kg.focus.paths import Path
    from kg.focus.scopes import Pattern, Scope, Term

__all__ = ["Solver"]

_NEAR: Final = 0  # from the focus along statements, or from a node to those that refer to it
_ROOT: Final = 1  # what a constant says, or all instances of a catalogued class
_JOIN: Final = 2  # from a value to whatever else has it
_HUB: Final = 3  # whatever refers to a constant
_OPEN: Final = 4  # anything
_INSTANCES: Final = Step(RDF + "type", inverse=True)

_Cost: TypeAlias = tuple[int, int]
"""The worst kind of step on a way, and a guess at how much is read along it."""


class _Place(NamedTuple):
    """Where a variable is in the automaton, how dear it is to get there, and whether at the end of a statement."""

    state: int
    cost: _Cost
    value: bool


_Known: TypeAlias = "dict[int, _Place]"


class _Around(NamedTuple):
    """What the groups around tell: which constants variables can be, and of which variables some statement speaks."""

    allowed: Mapping[int, tuple[str, ...]]
    real: frozenset[int]


class _Way(NamedTuple):
    """A way to a variable: from another one or from constants, along a path; the number is that of its pattern."""

    cost: _Cost
    number: int
    source: int | tuple[str, ...]
    path: Path
    target: int


class Solver:
    """Puts what a query reads into an automaton.

    Args:
        builder: the automaton.
        focus: the state of the focus.
        exists: whether some statement surely speaks of the focus.

    Attributes:
        states: variable → its state, once it is known.
    """

    def __init__(self, builder: Builder, focus: int, *, exists: bool) -> None:
        self._builder, self._focus, self._exists = builder, focus, exists
        self.states: dict[int, int] = {}

    def solve(self, scope: Scope) -> None:
        """Put in what a group and all groups in it read."""
        self._solve(scope, {}, _Around({}, frozenset()))

    def _solve(self, scope: Scope, outer: Mapping[int, _Place], around: _Around) -> _Known:
        known, allowed = dict(outer), {**around.allowed, **scope.constants}
        scope = replace(scope, patterns=[replace(p, path=resolved(p.path, allowed)) for p in scope.patterns])
        around = _Around(allowed, around.real.union(real_variables(scope), scope.focus if self._exists else ()))
        for variable in scope.focus:
            known.setdefault(variable, _Place(self._focus, (_NEAR, 0), value=False))
        open_unions = list(scope.unions)
        used: set[int] = set()
        while True:
            step = self._cheapest(scope, known)
            ready = None
            if step is None or step.cost[0] >= _ROOT:
                ready = next((u for u in open_unions if self._feeds(u, known)), None)
            if ready is not None:
                open_unions.remove(ready)
                self._union(ready, known, around)
            elif step is not None:
                self._take(step, known)
                used.add(step.number)
            elif not self._open(scope, known):
                break
        for number, pattern in enumerate(scope.patterns):
            if number not in used:
                self._read(pattern, known)
            self._look(pattern, known, around.real)
        self.states |= {variable: place.state for variable, place in known.items()}
        for branch in (*(b for union in open_unions for b in union), *scope.children):
            self._solve(branch, known, around)
        return known

    def _cheapest(self, scope: Scope, known: _Known) -> _Way | None:
        """Return the cheapest way to one more variable, from known ones or from constants."""
        for one, two in scope.equal:
            for same, other in ((one, two), (two, one)):
                if same in known and other not in known:
                    known[other] = known[same]
                    return self._cheapest(scope, known)
        ways = [
            _Way((_HUB, 0), -1, texts, Series(()), variable)
            for variable, texts in scope.constants.items()
            if variable not in known and all(texts)
        ]
        for number, pattern in enumerate(scope.patterns):
            for source, path, target in both_ways(pattern):
                if isinstance(target, int) and target not in known:
                    if isinstance(source, str) and source:
                        ways.append(_Way(self._root_cost(source, path), number, (source,), path, target))
                    elif isinstance(source, int) and source in known:
                        ways.append(_Way(self._further(known[source], path), number, source, path, target))
        return min(ways, key=lambda way: (way.cost, way.number), default=None)

    def _take(self, way: _Way, known: _Known) -> None:
        state = known[way.source].state if isinstance(way.source, int) else self._rooted(*way.source)
        place = _Place(self._builder.state(), way.cost, ends_forward(way.path))
        lay(self._builder, way.path, state, place.state)
        known[way.target] = place

    def _root_cost(self, constant: str, path: Path) -> _Cost:
        few = path == _INSTANCES and constant[1:-1] in self._builder.catalogued.classes
        return (_HUB if begins_inverse(path) and not few else _ROOT, cost(path))

    def _feeds(self, union: tuple[Scope, ...], known: _Known) -> bool:
        """Tell whether each branch of a union reaches a variable that is not known yet, from known ones."""
        wanted = set.intersection(*(branch.variables() for branch in union)) - known.keys()
        return bool(wanted and set.intersection(wanted, *(within_reach(branch, known.keys()) for branch in union)))

    def _union(self, union: tuple[Scope, ...], known: _Known, around: _Around) -> None:
        """Read all branches; what each of them binds is known afterwards."""
        ends = [self._solve(branch, known, around) for branch in union]
        for variable in set.intersection(*(branch.variables() for branch in union)) - known.keys():
            state = self._builder.state()
            for end in ends:
                self._builder.epsilon(end[variable].state, state)
            known[variable] = _Place(
                state, max(end[variable].cost for end in ends), any(end[variable].value for end in ends)
            )

    def _open(self, scope: Scope, known: _Known) -> bool:
        """Say of one variable that it can be any node, if there is one left."""
        left = [t for p in scope.patterns for t in (p.subject, p.object) if isinstance(t, int) and t not in known]
        left += [variable for variable in scope.constants if variable not in known]
        if not left:
            return False
        known[left[0]] = _Place(self._builder.state(), (_OPEN, 0), value=False)
        self._builder.open(known[left[0]].state)
        return True

    def _read(self, pattern: Pattern, known: _Known) -> None:
        """Read a pattern of which both ends are known, from the cheaper one."""
        ways = [
            (self._end_cost(source, path, known), source, path, target) for source, path, target in both_ways(pattern)
        ]
        _, source, path, target = min(ways, key=lambda way: way[0])
        state = self._state(source, known)
        ends = (target,) if isinstance(target, str) and target.startswith("<") else ()
        lay(self._builder, path, state, self._builder.state(), ends)

    def _further(self, place: _Place, path: Path) -> _Cost:
        """Return what it costs to go on from a place."""
        kind = _JOIN if any(self._joins(place, step) for step in first_steps(path)) else _NEAR
        return max(place.cost[0], kind), place.cost[1] + cost(path)

    def _joins(self, place: _Place, step: Step) -> bool:
        """Tell whether a step leads from a value to whatever has it."""
        told = self._builder.catalogued
        if not step.inverse or step.property in told.owned:
            return False
        return step.property in told.shared or place.value

    def _end_cost(self, end: Term, path: Path, known: _Known) -> tuple[bool, bool, _Cost]:
        """Return what sorts the ends from which a pattern can be read.

        The nodes at both ends are walked to anyhow, so what counts is how much more the pattern itself reads of them.
        """
        if isinstance(end, int):
            further = self._further(known[end], path)
            return further[0] >= _HUB, begins_inverse(path), further
        return True, begins_inverse(path), ((_HUB if begins_inverse(path) else _ROOT if end else _OPEN), cost(path))

    def _look(self, pattern: Pattern, known: _Known, real: frozenset[int]) -> None:
        """Read whether a node is there at all, where a pattern can hold between a node and itself."""
        ways = [way for way in both_ways(pattern) if can_be_empty(way[1])]
        if ways and not real & {pattern.subject, pattern.object}:
            source = min(ways, key=lambda way: self._end_cost(way[0], way[1], known))[0]
            state = self._state(source, known)
            for inverse in (False, True):
                self._builder.edge(state, None, inverse, self._builder.state())

    def _state(self, end: Term, known: _Known) -> int:
        """Return the state of one end of a pattern."""
        if isinstance(end, int):
            return known[end].state
        if end:
            return self._rooted(end)
        state = self._builder.state()
        self._builder.open(state)
        return state

    def _rooted(self, *constants: str) -> int:
        state = self._builder.state()
        for constant in constants:
            self._builder.root(constant, state)
        return state

"""A query as groups of patterns, and what it reads: from each variable along the shortest chain to the focus."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from kg.focus.paths import Choice, Step, begins_inverse, cost, ends_forward, inverted, lay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kg.focus.automaton import Builder
    from kg.focus.paths import Path

__all__ = ["Pattern", "Scope", "Solver", "Term"]

_JOIN: Final = 20  # from a value to whatever else has it
_ROOT: Final = 1_000
_OPEN: Final = 5_000

Term: TypeAlias = int | str
"""A variable, by number; or a constant in N-Triples syntax, empty where it can't be looked up by its text."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern, or a path pattern.

    Attributes:
        subject: where it starts.
        path: where it leads along; a number is a variable in the place of the property.
        object: where it ends.
    """

    subject: Term
    path: Path | int
    object: Term


@dataclass(slots=True)
class Scope:
    """Patterns that hold together in each solution, and groups that depend on them.

    Variables of other groups have numbers of their own unless they are surely bound to the same node.

    Attributes:
        patterns: what must match.
        equal: pairs of variables that are the same node.
        constants: variable → the only constants that it can be; the empty text stands for any node.
        focus: variables that are the focus.
        unions: for each UNION its branches; what holds here holds in each of them.
        children: groups that may match or not: OPTIONAL, NOT EXISTS, MINUS.
    """

    patterns: list[Pattern] = field(default_factory=list)
    equal: list[tuple[int, int]] = field(default_factory=list)
    constants: dict[int, tuple[str, ...]] = field(default_factory=dict)
    focus: list[int] = field(default_factory=list)
    unions: list[tuple[Scope, ...]] = field(default_factory=list)
    children: list[Scope] = field(default_factory=list)

    def variables(self) -> set[int]:
        """Return the variables that are bound in each solution."""
        found = {t for p in self.patterns for t in (p.subject, p.object) if isinstance(t, int)}
        found |= {variable for pair in self.equal for variable in pair} | {*self.constants, *self.focus}
        return found.union(*(set.intersection(*(b.variables() for b in branches)) for branches in self.unions))


class _Place(NamedTuple):
    """Where a variable is in the automaton, how dear it is to get there, and whether at the end of a statement."""

    state: int
    cost: int
    value: bool


_Known: TypeAlias = "dict[int, _Place]"


class Solver:
    """Puts what a query reads into an automaton.

    Args:
        builder: the automaton.
        focus: the state of the focus.

    Attributes:
        states: variable → its state, once it is known.
    """

    def __init__(self, builder: Builder, focus: int) -> None:
        self._builder, self._focus = builder, focus
        self.states: dict[int, int] = {}

    def solve(self, scope: Scope, bound: Iterable[int] = ()) -> None:
        """Put in what a group and all groups in it read.

        Args:
            scope: the group.
            bound: variables that are the focus from the start.
        """
        self._solve(scope, {variable: _Place(self._focus, 0, value=False) for variable in bound}, {})

    def _solve(self, scope: Scope, outer: Mapping[int, _Place], allowed: Mapping[int, tuple[str, ...]]) -> _Known:
        known, allowed = dict(outer), {**allowed, **scope.constants}
        scope = replace(scope, patterns=[replace(p, path=_resolved(p.path, allowed)) for p in scope.patterns])
        for variable in scope.focus:
            known.setdefault(variable, _Place(self._focus, 0, value=False))
        open_unions = list(scope.unions)
        used: set[int] = set()
        while True:
            self._spread(scope, known, used)
            ready = next((u for u in open_unions if self._feeds(u, known)), None)
            if ready is not None:
                open_unions.remove(ready)
                self._union(ready, known, allowed)
            elif not (self._root(scope, known, used) or self._open(scope, known)):
                break
        for number, pattern in enumerate(scope.patterns):
            if number not in used:
                self._read(pattern, known)
        self.states |= {variable: place.state for variable, place in known.items()}
        for branch in (*(b for union in open_unions for b in union), *scope.children):
            self._solve(branch, known, allowed)
        return known

    def _spread(self, scope: Scope, known: _Known, used: set[int]) -> None:
        """Reach variables from known ones, the cheapest first."""
        while True:
            for one, two in scope.equal:
                for source, target in ((one, two), (two, one)):
                    if source in known and target not in known:
                        known[target] = known[source]
            steps = [
                (known[source].cost + _weight(known[source], path), number, source, path, target)
                for number, pattern in enumerate(scope.patterns)
                for source, path, target in _both_ways(pattern)
                if isinstance(source, int) and isinstance(target, int) and source in known and target not in known
            ]
            if not steps:
                return
            dear, number, source, path, target = min(steps, key=lambda step: step[:2])
            place = _Place(self._builder.state(), dear, ends_forward(path))
            lay(self._builder, path, known[source].state, place.state)
            known[target] = place
            used.add(number)

    def _feeds(self, union: tuple[Scope, ...], known: _Known) -> bool:
        """Tell whether each branch of a union reaches a variable that is not known yet, from known ones."""
        wanted = set.intersection(*(branch.variables() for branch in union)) - known.keys()
        return bool(wanted and set.intersection(wanted, *(_within_reach(branch, known.keys()) for branch in union)))

    def _union(self, union: tuple[Scope, ...], known: _Known, allowed: Mapping[int, tuple[str, ...]]) -> None:
        """Read all branches; what each of them binds is known afterwards."""
        ends = [self._solve(branch, known, allowed) for branch in union]
        for variable in set.intersection(*(branch.variables() for branch in union)) - known.keys():
            state = self._builder.state()
            for end in ends:
                self._builder.epsilon(end[variable].state, state)
            known[variable] = _Place(
                state, max(end[variable].cost for end in ends), any(end[variable].value for end in ends)
            )

    def _root(self, scope: Scope, known: _Known, used: set[int]) -> bool:
        """Reach one more variable from a constant, if there is one."""
        for variable, texts in scope.constants.items():
            if variable not in known and all(texts):
                known[variable] = _Place(self._rooted(*texts), _ROOT, value=False)
                return True
        steps = [
            (cost(path), number, source, path, target)
            for number, pattern in enumerate(scope.patterns)
            for source, path, target in _both_ways(pattern)
            if isinstance(source, str) and source and isinstance(target, int) and target not in known
        ]
        if not steps:
            return False
        dear, number, constant, path, variable = min(steps, key=lambda step: step[:2])
        place = _Place(self._builder.state(), _ROOT + dear, ends_forward(path))
        lay(self._builder, path, self._rooted(constant), place.state)
        known[variable] = place
        used.add(number)
        return True

    def _open(self, scope: Scope, known: _Known) -> bool:
        """Say of one variable that it can be any node, if there is one left."""
        left = [t for p in scope.patterns for t in (p.subject, p.object) if isinstance(t, int) and t not in known]
        left += [variable for variable in scope.constants if variable not in known]
        if not left:
            return False
        known[left[0]] = _Place(self._builder.state(), _OPEN, value=False)
        self._builder.open(known[left[0]].state)
        return True

    def _read(self, pattern: Pattern, known: _Known) -> None:
        """Read a pattern of which both ends are known, from the cheaper one."""
        ways = [(_end_cost(source, path, known), source, path, target) for source, path, target in _both_ways(pattern)]
        _, source, path, target = min(ways, key=lambda way: way[0])
        if isinstance(source, int):
            state = known[source].state
        elif source:
            state = self._rooted(source)
        else:
            state = self._builder.state()
            self._builder.open(state)
        ends = (target,) if isinstance(target, str) and target.startswith("<") else ()
        lay(self._builder, path, state, self._builder.state(), ends)

    def _rooted(self, *constants: str) -> int:
        state = self._builder.state()
        for constant in constants:
            self._builder.root(constant, state)
        return state


def _both_ways(pattern: Pattern) -> Iterator[tuple[Term, Path, Term]]:
    if not isinstance(pattern.path, int):
        yield pattern.subject, pattern.path, pattern.object
        yield pattern.object, inverted(pattern.path), pattern.subject


def _resolved(path: Path | int, allowed: Mapping[int, tuple[str, ...]]) -> Path:
    """Return the path that a variable in the place of a property stands for."""
    if not isinstance(path, int):
        return path
    texts = allowed.get(path, ("",))
    return Choice(tuple(Step(text[1:-1]) for text in texts)) if all(texts) else Step(None)


def _weight(place: _Place, path: Path) -> int:
    return cost(path) + (_JOIN if place.value and begins_inverse(path) else 0)


def _end_cost(end: Term, path: Path, known: _Known) -> int:
    if isinstance(end, int):
        return known[end].cost + _weight(known[end], path)
    return _ROOT + cost(path) if end else _OPEN


def _within_reach(scope: Scope, known: Iterable[int]) -> set[int]:
    """Return the variables that patterns of a group connect to known ones."""
    found = {*known, *scope.focus}
    links = [{t for t in (p.subject, p.object) if isinstance(t, int)} for p in scope.patterns]
    links += [set(pair) for pair in scope.equal]
    while fresh := [link for link in links if link & found and not link <= found]:
        found.update(*fresh)
    return found

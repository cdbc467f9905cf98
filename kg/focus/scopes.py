"""A query as groups of patterns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from kg.focus.paths import Choice, Step, can_be_empty, inverted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kg.focus.paths import Path

__all__ = ["Pattern", "Scope", "Term", "both_ways", "real_variables", "resolved", "within_reach"]

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


def both_ways(pattern: Pattern) -> Iterator[tuple[Term, Path, Term]]:
    """Yield a pattern from its subject to its object, and the other way round."""
    if not isinstance(pattern.path, int):
        yield pattern.subject, pattern.path, pattern.object
        yield pattern.object, inverted(pattern.path), pattern.subject


def resolved(path: Path | int, allowed: Mapping[int, tuple[str, ...]]) -> Path:
    """Return the path that a variable in the place of a property stands for."""
    if not isinstance(path, int):
        return path
    texts = allowed.get(path, ("",))
    return Choice(tuple(Step(text[1:-1]) for text in texts)) if all(texts) else Step(None)


def real_variables(scope: Scope) -> set[int]:
    """Return the variables of a group of which some statement speaks wherever the group holds."""
    found = {t for p in scope.patterns if not _empty(p) for t in (p.subject, p.object) if isinstance(t, int)}
    for _ in scope.equal:
        found.update(*(pair for pair in scope.equal if not found.isdisjoint(pair)))
    return found


def _empty(pattern: Pattern) -> bool:
    return not isinstance(pattern.path, int) and can_be_empty(pattern.path)


def within_reach(scope: Scope, known: Iterable[int]) -> set[int]:
    """Return the variables that patterns of a group connect to known ones."""
    found = {*known, *scope.focus}
    links = [{t for t in (p.subject, p.object) if isinstance(t, int)} for p in scope.patterns]
    links += [set(pair) for pair in scope.equal]
    while fresh := [link for link in links if link & found and not link <= found]:
        found.update(*fresh)
    return found

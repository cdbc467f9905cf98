"""Property paths, of SHACL and SPARQL alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from kg.rdf.names import RDF

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.focus.automaton import Builder

__all__ = [
    "Choice",
    "Path",
    "Repeat",
    "Series",
    "Step",
    "begins_inverse",
    "can_be_empty",
    "cost",
    "ends_forward",
    "first_steps",
    "inverted",
    "lay",
]

_FORWARD: Final = 1
_INVERSE: Final = 4
_ANY: Final = 10
_INSTANCES: Final = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One statement along a property; None for any property."""

    property: str | None
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Paths one after the other."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several paths."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A path taken `least` (0 or 1) times or more; at most once unless `many`."""

    path: Path
    least: int
    many: bool


Path: TypeAlias = Step | Series | Choice | Repeat


def inverted(path: Path) -> Path:
    """Return the path that leads back."""
    if isinstance(path, Step):
        return Step(path.property, not path.inverse)
    if isinstance(path, Series):
        return Series(tuple(map(inverted, reversed(path.parts))))
    if isinstance(path, Choice):
        return Choice(tuple(map(inverted, path.parts)))
    return Repeat(inverted(path.path), path.least, path.many)


def cost(path: Path) -> int:
    """Return a guess at how much a path reads: much where it goes from a value to all that have it."""
    if isinstance(path, Step):
        if path.property is None:
            return _ANY
        if not path.inverse:
            return _FORWARD
        return _INSTANCES if path.property == RDF + "type" else _INVERSE
    if isinstance(path, Series):
        return sum(map(cost, path.parts))
    if isinstance(path, Choice):
        return max(map(cost, path.parts), default=0)
    return cost(path.path) + path.many


def first_steps(path: Path) -> Iterator[Step]:
    """Yield the steps with which a path can begin, where it is not left out."""
    if isinstance(path, Step):
        yield path
    elif isinstance(path, Series):
        yield from first_steps(path.parts[0]) if path.parts else ()
    elif isinstance(path, Choice):
        for part in path.parts:
            yield from first_steps(part)
    else:
        yield from first_steps(path.path)


def begins_inverse(path: Path) -> bool:
    """Tell whether a path may begin against the direction of a statement."""
    return any(step.inverse for step in first_steps(path))


def ends_forward(path: Path) -> bool:
    """Tell whether a path may end along the direction of a statement, at a value that others share."""
    return begins_inverse(inverted(path))


def can_be_empty(path: Path) -> bool:
    """Tell whether a path can lead from a node to itself without any statement."""
    if isinstance(path, Step):
        return False
    if isinstance(path, Series):
        return all(map(can_be_empty, path.parts))
    if isinstance(path, Choice):
        return any(map(can_be_empty, path.parts))
    return not path.least or can_be_empty(path.path)


def lay(builder: Builder, path: Path, source: int, target: int, ends: Sequence[str] = ()) -> None:
    """Put a path into an automaton.

    Args:
        builder: the automaton.
        path: the path.
        source: the state where it starts.
        target: the state where it ends.
        ends: N-Triples of the only nodes that count at its end; a repeated path reads others too.
    """
    if isinstance(path, Step):
        builder.edge(source, path.property, path.inverse, target, tuple(ends))
    elif isinstance(path, Series):
        for part in path.parts[:-1]:
            source, before = builder.state(), source
            lay(builder, part, before, source)
        if path.parts:
            lay(builder, path.parts[-1], source, target, ends)
        else:
            builder.epsilon(source, target)
    elif isinstance(path, Choice):
        for part in path.parts:
            lay(builder, part, source, target, ends)
    elif path.many:
        inside = builder.state()
        if path.least:
            lay(builder, path.path, source, inside)
        else:
            builder.epsilon(source, inside)
        lay(builder, path.path, inside, inside)
        builder.epsilon(inside, target)
    else:
        lay(builder, path.path, source, target, ends)
        builder.epsilon(source, target)

"""Derivations written in Python, run with what they read recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.focus.reads import RecordingReader
from kg.focus.touch import Everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.derive.unit import Change, Computation, State

__all__ = ["ComputedUnit"]

_BETWEEN: Final = "\x1f"


class ComputedUnit:
    """A derivation by a `Computation`.

    Args:
        computation: computes one focus node at a time.
    """

    def __init__(self, computation: Computation) -> None:
        self._computation = computation

    @property
    def name(self) -> str:
        """Its short name."""
        return self._computation.name

    @property
    def stratum(self) -> int:
        """Its stratum, from 1."""
        return self._computation.stratum

    @property
    def version(self) -> str:
        """The version that it gives itself."""
        return f"{self.stratum} {self._computation.version}"

    def foci(self, change: Change) -> set[str] | Everything:
        """Return the focus nodes whose reads a change concerns, and those that the computation itself names."""
        state = change.state
        told = self._computation.concerned(state.reader, change.touched, state.context)
        if isinstance(told, Everything) or not self._computation.recorded:
            return told if isinstance(told, Everything) else set(told)
        prefix = self.name + _BETWEEN
        seen = state.book.readers(change.visible)
        return {*told, *(unit.removeprefix(prefix) for unit in seen if unit.startswith(prefix))}

    def derive(self, foci: set[str] | None, state: State) -> Iterator[tuple[str, set[bytes]]]:
        """Yield focus node and lines of `foci`, or of all focus nodes where it is None."""
        one = self._computation
        for focus in sorted(set(one.all(state.reader, state.context)) if foci is None else foci):
            reader = RecordingReader(state.reader)
            lines = set(one.compute(focus, reader, state.context))
            if one.recorded:
                state.book.note(self.name + _BETWEEN + focus, reader.reads)
            if lines:
                yield focus, lines

"""What a trace question reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.focus.footprint import Opaque

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.focus.footprint import Footprint

__all__ = ["TraceStep", "footprint_of_trace"]


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of a trace.

    Attributes:
        query: from ``?from`` to ``?to``.
        sources: the buckets that it starts from; none where it starts from the item asked about.
        targets: the buckets that it fills.
    """

    query: str
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def footprint_of_trace(steps: Sequence[TraceStep], facts: Iterable[str] = ()) -> Footprint | Opaque:
    """Return what a trace reads from the item that it is asked about.

    Args:
        steps: its steps.
        facts: queries about ``?from`` that are asked of everything reached, the item included.
    """
    return Opaque(f"the trace of {len(steps)} steps and {len(list(facts))} facts is not compiled yet")

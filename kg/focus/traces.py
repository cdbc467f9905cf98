"""What a trace question reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg.focus.automaton import Builder
from kg.focus.catalogued import read_catalogued
from kg.focus.footprint import FOCUS, Opaque
from kg.focus.paths import Repeat, Series, Step, lay
from kg.rdf.names import RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.focus.catalogued import Catalogued
    from kg.focus.footprint import Footprint

__all__ = ["TraceStep", "footprint_of_trace"]

_CLASS: Final = Series((Step(RDF + "type"), Repeat(Step(RDFS + "subClassOf"), 0, many=True)))


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


def footprint_of_trace(
    steps: Sequence[TraceStep], facts: Iterable[str] = (), catalogued: Catalogued | None = None
) -> Footprint | Opaque:
    """Return what a trace reads from the item that it is asked about.

    The item is taken to be in every bucket, and every step to be taken whatever its class: a superset.

    Args:
        steps: its steps.
        facts: queries about ``?from`` that are asked of everything reached, the item included.
        catalogued: what `read_catalogued` returns, where it is at hand.
    """
    from kg.focus.algebra import Unreadable
    from kg.focus.queries import lay_query

    builder = Builder(read_catalogued() if catalogued is None else catalogued)
    names = sorted({name for step in steps for name in (*step.sources, *step.targets)})
    buckets = {name: builder.state() for name in names}
    for state in buckets.values():
        builder.epsilon(FOCUS, state)
    for state in (FOCUS, *buckets.values()):
        lay(builder, _CLASS, state, builder.state())
    try:
        for step in steps:
            start = builder.state()
            for state in [buckets[name] for name in step.sources] or [FOCUS]:
                builder.epsilon(state, start)
            for reached in lay_query(builder, step.query, "from", start, result="to"):
                for name in step.targets:
                    builder.epsilon(reached, buckets[name])
        for query in facts:
            start = builder.state()
            for state in (FOCUS, *buckets.values()):
                builder.epsilon(state, start)
            lay_query(builder, query, "from", start)
    except Unreadable as reason:
        return Opaque(str(reason))
    return builder.build()

"""Fingerprints of all items from the sorted N-Triples, and of one item from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.bench.figures import Figure
from kg.bench.timing import Timing, Trial, in_turns
from kg.errors import InterlockError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kg.bench.workspace import Workspace

__all__ = ["measure_fingerprints"]

_SAMPLE: Final = 500
"""Items that are looked at one by one."""


def measure_fingerprints(work: Workspace, runs: int) -> list[Figure]:
    """Time the fingerprints of all items in one stream against one by one, and one alone against reading it alone.

    One by one is the time of a sample, times the number of items. A figure of one item is the mean of the sample.

    Raises:
        InterlockError: an item has another fingerprint in the stream than alone.
    """
    from kg.review.content import ContentRules
    from kg.review.fingerprint import fingerprint
    from kg.review.streaming import fingerprints

    with work.project.reader() as reader:
        rules = ContentRules.of(reader)
        graphs: list[Callable[[], Iterable[bytes]]] = [reader.graph(name).chunks for name in reader.graphs]

        def stream() -> dict[str, str]:
            return dict(fingerprints(graphs, rules))

        found = stream()
        items = sorted(found)
        sample = items[:: max(1, len(items) // _SAMPLE)]

        def alone() -> list[str]:
            return [fingerprint(reader, item, rules) for item in sample]

        def read() -> list[object]:
            return [list(reader.outgoing(NamedNode(item))) for item in sample]

        for item, told in zip(sample, alone(), strict=True):
            if told != found[item]:
                raise InterlockError(f"{item} has the fingerprint {told} alone and {found[item]} in the stream")
        everything = in_turns(Trial(stream), Trial(alone), runs)
        one = in_turns(Trial(alone), Trial(read), runs)
    share = len(items) / len(sample)
    everything = Timing(everything.ours, [seconds * share for seconds in everything.reference])
    one = Timing(*([seconds / len(sample) for seconds in times] for times in (one.ours, one.reference)))
    return [
        Figure.of(f"fingerprints of {len(items)} items", work.triples, "one by one", everything, None),
        Figure.of("fingerprint of one item", work.triples, "reading it", one, None),
    ]

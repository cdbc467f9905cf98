"""One run of the benchmark: each size in a workspace of its own, one work after the other, one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from kg.bench.figures import table
from kg.values import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from kg.bench.figures import Figure
    from kg.bench.workspace import Workspace
    from kg.values import Table

__all__ = ["JUDGED", "Peers", "Work", "run_benchmark"]

JUDGED: Final = 100_000
"""The largest plant that pySHACL is given: ten times that takes it hours."""


class Work(StrEnum):
    """What can be measured."""

    START = "start"
    IMPORT = "import"
    CHECK = "check"
    Q1 = "q1"
    COMMIT = "commit"
    CHANGE = "change"
    FINGERPRINTS = "fingerprints"
    PEERS = "peers"


_ASKED: Final = {Work.PEERS}
"""What is measured only when it is named: it installs other tools and takes many minutes."""


@dataclass(frozen=True, slots=True)
class Peers:
    """How ours is measured beside other tools.

    Attributes:
        counts: how many requirements, each.
        cache: folder for the environments of the other tools, kept from run to run.
    """

    counts: Sequence[int]
    cache: Path


def run_benchmark(
    sizes: Sequence[int],
    works: Sequence[Work],
    runs: int,
    *,
    judge: bool,
    peers: Peers,
    tell: Callable[[str], None],
) -> Table:
    """Measure and report.

    Args:
        sizes: triples of the plants, 10 thousand to 10 million.
        works: what to measure; none means all but `Work.PEERS`.
        runs: alternated runs behind each median.
        judge: whether pySHACL is timed, on plants up to `JUDGED` triples.
        peers: how `Work.PEERS` is measured.
        tell: is told what is measured next.

    Raises:
        InputError: a size is out of range, or numpy is needed and missing.
        InterlockError: a work gave another result than its reference.
    """
    chosen = [work for work in Work if work in works or not (works or work in _ASKED)]
    figures = list(_figures(sizes, chosen, runs, judge, tell))
    notes = list(_growth(figures))
    if Work.PEERS in chosen:
        from kg.bench.peers import NOTES, measure_peers

        figures += measure_peers(peers.counts, runs, peers.cache, tell)
        notes += NOTES
    return table(figures, notes)


def _figures(
    sizes: Sequence[int], works: Sequence[Work], runs: int, judge: bool, tell: Callable[[str], None]
) -> Iterator[Figure]:
    if Work.START in works:
        from kg.bench.starting import measure_start

        tell("start")
        yield from measure_start(runs)
    from kg.bench.workspace import workspace

    sized = [work for work in works if work not in {Work.START, Work.PEERS}]
    for triples in sizes if sized else ():
        tell(f"generate {triples} triples")
        with workspace(triples) as here:
            _ = here.plant
            for work in sized:
                tell(f"{work} at {triples} triples")
                yield from _measure(work, here, runs, judge=judge and triples <= JUDGED)


def _measure(work: Work, here: Workspace, runs: int, *, judge: bool) -> list[Figure]:
    match work:
        case Work.IMPORT:
            from kg.bench.importing import measure_import

            return [measure_import(here, runs)]
        case Work.CHECK:
            from kg.bench.checking import measure_check

            return measure_check(here, runs, judge=judge)
        case Work.Q1:
            from kg.bench.asking import measure_impact

            return measure_impact(here, runs)
        case Work.CHANGE:
            from kg.bench.changing import measure_change

            return measure_change(here, runs)
        case Work.FINGERPRINTS:
            from kg.bench.fingerprinting import measure_fingerprints

            return measure_fingerprints(here, runs)
        case _:
            from kg.bench.committing import measure_commit

            return [measure_commit(here, runs)]


def _growth(figures: Sequence[Figure]) -> Iterator[Note]:
    """Say how the figures that should be flat grow from one size to the next."""
    for work in ("Q1", "commit", "change of one component"):
        same = [figure for figure in figures if figure.work == work]
        for small, large in pairwise(same):
            times = f"{large.ours / small.ours:.2f} x the time"
            text = f"{work} at {large.triples} triples takes {times} that it takes at {small.triples}; flat would be 1"
            yield Note("growth", text)

"""What a benchmark reports: our figure, the reference's, their ratio, and whether that is within the budget."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import TYPE_CHECKING, Final

from kg.values import Note, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kg.bench.processes import Run
    from kg.bench.timing import Timing
    from kg.values import Cell

__all__ = ["Budget", "Cost", "Figure", "Measure", "table"]


class Measure(Enum):
    """What a budget limits."""

    TIMES_REFERENCE = "at most x the reference's time"
    TIMES_FASTER = "at least x faster than the reference"
    SECONDS = "at most seconds"


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit of DESIGN "Budgets": `limit` of what `measure` says."""

    measure: Measure
    limit: float

    def __str__(self) -> str:
        """Return it as people write it, such as ``≤ 1.5 x``."""
        match self.measure:
            case Measure.TIMES_REFERENCE:
                return f"≤ {self.limit:g} x"
            case Measure.TIMES_FASTER:
                return f"≥ {self.limit:g} x faster"
            case Measure.SECONDS:
                return f"≤ {1000 * self.limit:g} ms"


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took besides time.

    Attributes:
        cpu: CPU seconds, of all processes.
        peak: most memory that one process had resident, in bytes.
    """

    cpu: float
    peak: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report.

    Attributes:
        work: what was done.
        triples: size of the plant; None where it plays no part.
        reference: what it was held against.
        ours: our median, in seconds.
        theirs: the reference's median, in seconds.
        budget: the limit; None where the design sets none.
        runs: number of alternated runs behind the medians.
        costs: what ours and the reference took besides, where each had processes of its own.
    """

    work: str
    triples: int | None
    reference: str
    ours: float
    theirs: float
    budget: Budget | None
    runs: int
    costs: tuple[Cost, Cost] | None = None

    @classmethod
    def of(cls, work: str, triples: int | None, reference: str, timing: Timing, budget: Budget | None) -> Figure:
        """Return the figure of a timing."""
        ours, theirs = timing.medians
        return cls(work, triples, reference, ours, theirs, budget, len(timing.ours))

    @classmethod
    def of_runs(cls, work: str, reference: str, ours: Sequence[Run], theirs: Sequence[Run]) -> Figure:
        """Return the figure of runs in processes of their own, for which the design sets no budget."""
        seconds = [median(run.seconds for run in runs) for runs in (ours, theirs)]
        costs = tuple(Cost(median(run.cpu for run in runs), max(run.peak for run in runs)) for runs in (ours, theirs))
        return cls(work, None, reference, seconds[0], seconds[1], None, len(ours), (costs[0], costs[1]))

    @property
    def ratio(self) -> float:
        """Our time by the reference's; the other way round where the budget asks how much faster ours is."""
        if self.budget is not None and self.budget.measure is Measure.TIMES_FASTER:
            return self.theirs / self.ours
        return self.ours / self.theirs

    @property
    def met(self) -> bool:
        """Whether the figure is within its budget, if it has one."""
        if self.budget is None:
            return True
        match self.budget.measure:
            case Measure.TIMES_REFERENCE:
                return self.ratio <= self.budget.limit
            case Measure.TIMES_FASTER:
                return self.ratio >= self.budget.limit
            case Measure.SECONDS:
                return self.ours <= self.budget.limit


def table(figures: Iterable[Figure], notes: Iterable[Note] = ()) -> Table:
    """Return the report: one row per figure, times in milliseconds, memory in megabytes."""
    rows: list[tuple[Cell, ...]] = []
    missed = []
    figures = list(figures)
    costly = any(one.costs for one in figures)
    for one in figures:
        rows.append(
            (
                one.work,
                one.triples,
                _milliseconds(one.ours),
                one.reference,
                _milliseconds(one.theirs),
                _rounded(one.ratio),
                str(one.budget or ""),
                ("met" if one.met else "missed") if one.budget else "",
                one.runs,
                *(_cost_cells(one) if costly else ()),
            )
        )
        if not one.met:
            missed.append(f"{one.work}{f' at {one.triples} triples' if one.triples else ''}")
    limited = sum(one.budget is not None for one in figures)
    found = [Note("budget-missed", f"{len(missed)} of {limited} budgets are missed", tuple(missed))] if missed else []
    columns = ("work", "triples", "ours ms", "reference", "reference ms", "ratio", "budget", "verdict", "runs")
    return Table("Benchmark", (*columns, *(_COSTS if costly else ())), tuple(rows), (*found, *notes))


_COSTS: Final = ("CPU ms", "reference CPU ms", "MB", "reference MB")
"""Columns that stand there where some figure has costs."""

_MEGABYTE: Final = 1_000_000


def _cost_cells(figure: Figure) -> Iterator[Cell]:
    if figure.costs is None:
        yield from (None,) * len(_COSTS)
        return
    for cost in figure.costs:
        yield _milliseconds(cost.cpu)
    for cost in figure.costs:
        yield round(cost.peak / _MEGABYTE)


_WHOLE = 1000
"""From here on three significant digits would cut whole ones off."""


def _milliseconds(seconds: float) -> float:
    return _rounded(1000 * seconds)


def _rounded(value: float) -> float:
    """Return `value` with three significant digits, all whole ones kept: more is noise."""
    return float(f"{value:.3g}") if value < _WHOLE else float(round(value))

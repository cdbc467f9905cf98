"""Two ways to the same result, timed in turns: a machine that slows down slows both."""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Timing", "Trial", "in_turns"]


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Trial:
    """Work to be timed.

    Attributes:
        work: what is timed; its result is dropped outside the clock.
        before: what has to be done before each time, outside the clock.
        after: what has to be done after each time, outside the clock.
    """

    work: Callable[[], object]
    before: Callable[[], None] = _nothing
    after: Callable[[], None] = _nothing

    def seconds(self) -> float:
        """Do the work once and return how long it took."""
        self.before()
        gc.collect()
        start = time.perf_counter()
        result = self.work()
        taken = time.perf_counter() - start
        del result
        self.after()
        return taken


@dataclass(slots=True)
class Timing:
    """How long ours and the reference took, in seconds, run by run."""

    ours: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)

    @property
    def medians(self) -> tuple[float, float]:
        """The median of ours and of the reference, in seconds."""
        return statistics.median(self.ours), statistics.median(self.reference)


def in_turns(ours: Trial, reference: Trial, runs: int) -> Timing:
    """Time both `runs` times in turns; every other time the reference goes first."""
    timing = Timing()
    for run in range(runs):
        if run % 2:
            timing.reference.append(reference.seconds())
            timing.ours.append(ours.seconds())
        else:
            timing.ours.append(ours.seconds())
            timing.reference.append(reference.seconds())
    return timing

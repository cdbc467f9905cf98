"""One component changes: commit with what is derived, check and suspects, brought forward against all anew."""

from __future__ import annotations

import json
import sys
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from kg.bench.change_worker import PHASES
from kg.bench.figures import Budget, Cost, Figure, Measure
from kg.bench.processes import run_process
from kg.errors import InterlockError

if TYPE_CHECKING:
    from pathlib import Path

    from kg.bench.workspace import Workspace

__all__ = ["TOGETHER", "measure_change"]

TOGETHER: Final = "change of one component"
"""The figure that the budget speaks of, and that should be flat."""

_CODE: Final = "from kg.bench.change_worker import main; main()"
_FURTHER: Final = 50
"""Components that change at once, beside the one, for the cost of each further one."""


def measure_change(work: Workspace, runs: int) -> list[Figure]:
    """Time what a user waits for after one component got other firmware, in a project with an accepted baseline.

    Ours goes on from what the last run left; the reference derives, checks and looks for suspects in all facts. Each
    has a process of its own, so that its memory is its own. The rules are read outside the clock; the first change of a
    process opens and reads what the next ones have at hand: it is left out of the medians.

    Raises:
        InterlockError: going on gives other findings or suspects than beginning anew.
    """
    from kg.change.baselines import make_baseline

    project = work.project
    _changes(project.root, "forward", 1 + _FURTHER)  # each of them has a version to be replaced, before it is accepted
    make_baseline(project, "R1", reason="begin of the benchmark", accepting="asset-owner")
    forward, ours = _changes(project.root, "forward", *[1] * (runs + 1), 1 + _FURTHER)
    anew, theirs = _changes(project.root, "anew", 1)
    if forward[-1]["digest"] != anew[-1]["digest"]:
        raise InterlockError("findings or suspects brought forward are not those found anew")
    one, many = forward[1:-1], forward[-1]
    figures = [
        Figure(f"its {phase}", work.triples, "all anew", median(run[phase] for run in one), anew[0][phase], None, runs)
        for phase in PHASES
    ]
    together = median(map(_sum, one))
    budget = Budget(Measure.SECONDS, 0.15)
    costs = (Cost(median(run["cpu"] for run in one), ours), Cost(anew[0]["cpu"], theirs))
    whole = Figure(TOGETHER, work.triples, "all anew", together, _sum(anew[0]), budget, runs, costs)
    further = (_sum(many) - together) / (many["components"] - 1)
    limit = Budget(Measure.SECONDS, 0.01)
    each = Figure("each further component", work.triples, "the first", max(further, 0.0), together, limit, 1)
    return [whole, *figures, each]


def _sum(run: dict[str, Any]) -> float:
    return sum(float(run[phase]) for phase in PHASES)


def _changes(root: Path, way: str, *counts: int) -> tuple[list[dict[str, Any]], int]:
    """Return what each change took, and the memory of the process in bytes."""
    run = run_process([sys.executable, "-c", _CODE, str(root), way, *map(str, counts)], root)
    if run.code:
        raise InterlockError(f"the benchmark's own process failed: {run.output.strip()[-300:]}")
    return json.loads(run.output.splitlines()[-1]), run.peak

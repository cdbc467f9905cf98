"""Run the property test for as long as wanted: ``python tests/property/run.py --minutes 60 --seed 1``.

With ``--mutants`` each mutant of the driver must be caught instead.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from property_harness import Difference, Harness
from property_mutants import DERIVING, MUTANTS
from property_project import ProjectHarness

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUND = 250
"""Edits before the model is begun anew with another seed: what was edited so often resembles nothing any more."""


def main() -> int:
    """Run, and return 1 where a difference was found or a mutant survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long")
    parser.add_argument("--edits", type=int, default=0, help="how many edits instead, or at most for each mutant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--project", action="store_true", help="commit to a project: derived facts and suspects too")
    parser.add_argument("--mutants", action="store_true", help="let each mutant run until it is caught")
    parser.add_argument("--only", default="", help="these mutants, with commas between")
    options = parser.parse_args()
    if options.mutants or options.only:
        return _mutants(options.seed, options.edits or 400, options.only, project=options.project)
    make = ProjectHarness if options.project else Harness
    return _differences(make, options.seed, options.edits, options.minutes)


def _differences(make: Callable[[int], Harness | ProjectHarness], seed: int, edits: int, minutes: float) -> int:
    begin, done, full = time.monotonic(), 0, {}
    while (done < edits) if edits else (time.monotonic() - begin < minutes * 60):
        harness = make(seed)
        most = min(_ROUND, edits - done) if edits else _ROUND
        found = harness.run(
            lambda: harness.edits >= most or (not edits and time.monotonic() - begin >= minutes * 60)  # noqa: B023
        )
        done += harness.edits
        for reason, count in harness.full_runs.items():
            full[reason] = full.get(reason, 0) + count
        _say(f"seed {seed}: {harness.edits} edits, {done} in all; {harness.told()}")
        if found is not None:
            _say(str(found))
            return 1
        harness.close()
        seed += 1
    for reason, count in sorted(full.items(), key=lambda pair: -pair[1]):
        _say(f"{count} times: {reason}")
    _say(f"{done} edits without a difference in {time.monotonic() - begin:.0f} s")
    return 0


def _mutants(seed: int, edits: int, only: str, *, project: bool) -> int:
    survived = []
    for mutant in DERIVING if project else MUTANTS:
        if only and mutant.__name__ not in only.split(","):
            continue
        with mutant():
            harness = ProjectHarness(seed, findings=False) if project else Harness(seed, MUTANTS[mutant])
            found: Difference | None = harness.run(lambda: harness.edits >= edits)  # noqa: B023
        harness.close()
        _say(f"{mutant.__name__}: {'survived' if found is None else f'caught after {found.number} edits'}")
        if found is None:
            survived.append(mutant.__name__)
    return 1 if survived else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

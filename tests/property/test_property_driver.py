"""What is brought forward is what a full run gives, whatever was edited; `run.py` beside this does it for hours.

``INTERLOCK_EDITS`` says how many edits; with more than a few hundred, every mutant of the driver is tried.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from property_harness import Harness
from property_mutants import MUTANTS
from property_project import ProjectHarness

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

EDITS = int(os.environ.get("INTERLOCK_EDITS", "20"))
THOROUGH = 200
"""From so many edits on mutants that are rarely seen are tried too."""


def test_what_is_brought_forward_is_what_a_full_check_finds() -> None:
    harness = Harness(seed=3)
    found = harness.run(lambda: harness.edits >= EDITS)
    assert found is None, str(found)
    assert harness.edits == EDITS


def test_what_commits_derive_is_what_a_full_run_derives() -> None:
    harness = ProjectHarness(seed=3)
    try:
        found = harness.run(lambda: harness.edits >= EDITS // 4)
        assert found is None, str(found)
        assert harness.derived > 0
    finally:
        harness.close()


QUICK = ("no_outgoing_seed", "nothing_added", "old_results_stay", "retirement_alone")
"""What a few edits catch; the others with many edits only."""


@pytest.mark.parametrize(
    "mutant", [one for one in MUTANTS if EDITS >= THOROUGH or one.__name__ in QUICK], ids=lambda one: one.__name__
)
def test_a_driver_that_forgets_something_is_caught(mutant: Callable[[], AbstractContextManager[object]]) -> None:
    with mutant():
        harness = Harness(5, MUTANTS[mutant])
        found = harness.run(lambda: harness.edits >= max(EDITS, THOROUGH))
    assert found is not None

"""pySHACL over a file of facts, in a process of its own that is stopped when it takes too long."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from kg.errors import InterlockError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LONGEST", "judge_seconds"]

LONGEST: Final = 300.0
"""Seconds after which pySHACL is stopped; its figure is a lower bound then."""

_CODE: Final = """
import sys, time
from pathlib import Path
from kg.rules import packaged_rule_files, read_rules, run_judge
rules = read_rules(packaged_rule_files())
start = time.perf_counter()
run_judge(rules, Path(sys.argv[1]))
print(time.perf_counter() - start)
"""


def judge_seconds(facts: Path, longest: float = LONGEST) -> tuple[float, bool]:
    """Return how long pySHACL takes for all packaged rules, and whether it finished.

    Args:
        facts: a file of N-Triples.
        longest: seconds after which it is stopped; they are its figure then.

    Raises:
        InterlockError: it failed.
    """
    command = [sys.executable, "-c", _CODE, str(facts)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=longest, check=False)  # noqa: S603 - our own
    except subprocess.TimeoutExpired:
        return longest, False
    if done.returncode:
        raise InterlockError(f"pySHACL failed: {done.stderr.strip().splitlines()[-1:]}")
    return float(done.stdout.split()[-1]), True

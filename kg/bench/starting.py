"""How long the command line takes to start, against importing rdflib."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Final

from kg.bench.figures import Budget, Figure, Measure
from kg.bench.timing import Trial, in_turns
from kg.errors import InterlockError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["measure_start"]

_COMMAND: Final = (sys.executable, "-c", "from kg.cli.main import run; run()")
"""What the script `interlock` does, wherever that is installed."""

_REFERENCE: Final = (sys.executable, "-c", "import rdflib")
_FOUND: Final = 1
"""Exit code of a check that found something, as the example plant's does."""


def measure_start(runs: int) -> list[Figure]:
    """Time `interlock --help` and `interlock check` in a project of the example plant that was imported before."""
    reference = Trial(lambda: _run(_REFERENCE, "."))
    shown = in_turns(Trial(lambda: _run((*_COMMAND, "--help"), ".")), reference, runs)
    figures = [Figure.of("--help", None, "import rdflib", shown, Budget(Measure.TIMES_REFERENCE, 2))]
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as folder:
        _run((*_COMMAND, "init", "plant", "--example"), folder)
        project = f"{folder}/plant"
        _run((*_COMMAND, "check"), project)
        checked = in_turns(Trial(lambda: _run((*_COMMAND, "check"), project)), reference, runs)
    return [
        *figures,
        Figure.of("check, example plant", None, "import rdflib", checked, Budget(Measure.TIMES_REFERENCE, 6)),
    ]


def _run(command: Sequence[str], folder: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode not in (0, _FOUND):
        raise InterlockError(f"{' '.join(command[2:])} ended with {done.returncode}: {done.stderr[-300:]}")

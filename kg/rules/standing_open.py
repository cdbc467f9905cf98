"""The standing check of a project: where it keeps what it found."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from kg.focus.cache import Footprints
from kg.rules.standing import StandingCheck
from kg.rules.standing_state import StandingState
from kg.values import Note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["open_standing"]

_FILE: Final = "check.sqlite"


def open_standing(folder: Path, prefixes: Mapping[str, str], wait: float = 10.0) -> StandingCheck:
    """Return the standing check of a project.

    Args:
        folder: the project's index folder. A damaged file in it is begun anew; where it can't be written, what is found
            is kept for this process alone.
        prefixes: prefix → namespace for what people see.
        wait: how long to wait for another process that checks, in seconds.
    """
    footprints = Footprints(folder / "footprints.json")
    try:
        return StandingCheck(_state(folder / _FILE, wait), footprints, prefixes)
    except sqlite3.OperationalError as wrong:  # read-only, or another process writes for longer than we wait
        note = Note("full-run", f"all rules ran on all facts: what they find can't be kept ({wrong})")
        return StandingCheck(StandingState(), footprints, prefixes, (note,))


def _state(path: Path, wait: float) -> StandingState:
    try:
        return StandingState(path, wait)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:  # damaged
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        return StandingState(path, wait)

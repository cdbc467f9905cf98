"""What ``.interlock/`` says of itself to those who don't open it: its format, its state, its snapshot to read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from kg.errors import InputError, InterlockError
from kg.store.snapshot import Manifest

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMAT", "check_format", "current_snapshot", "current_state", "read_state"]

FORMAT: Final = 2
"""Version of the layout below ``.interlock/``; a change that an older program would misread raises it."""


def check_format(folder: Path) -> None:
    """Refuse an index that a newer Interlock wrote.

    Raises:
        InputError: the index is newer.
    """
    try:
        found = int((folder / "format").read_text())
    except FileNotFoundError:
        return
    except ValueError as error:
        raise InputError(f"{folder / 'format'} holds no number: delete .interlock to build it anew") from error
    if found > FORMAT:
        raise InputError(
            f"{folder} was written by a newer Interlock (index format {found}, this one knows {FORMAT}): upgrade"
            " Interlock, or delete .interlock to build it anew"
        )


def current_snapshot(folder: Path) -> Path | None:
    """Return the folder of the snapshot that ``current`` names, None where there is none yet."""
    try:
        return folder / "snapshots" / (folder / "current").read_text().strip()
    except FileNotFoundError:
        return None


def current_state(folder: Path) -> Manifest | None:
    """Return the state of the index without opening it; None where a commit is under way, was cut off, or none was."""
    current = current_snapshot(folder)
    state = read_state(folder / "state.json")
    if current is None or state is None or (folder / "redo.json").exists():
        return None
    return state if current.name == state.id and current.is_dir() else None


def read_state(path: Path) -> Manifest | None:
    """Return the state that a file holds, None where there is no such file.

    Raises:
        InterlockError: the file is damaged.
    """
    try:
        return Manifest.from_json(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InterlockError(f"{path} is damaged, delete .interlock to build it anew: {error}") from error

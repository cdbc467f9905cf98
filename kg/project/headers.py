"""What changes say about themselves, kept at hand: a project with ten thousand of them need not read each file again.

A record is named by its hash, so what it says never changes; what is kept can only be missing, never stale.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final

from kg.project.record import Header, SourceState, read_header

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Headers"]

_WORTH: Final = 50
"""So many headers read anew are worth writing the file again."""


class Headers:
    """Reads the headers of changes.

    Args:
        folder: ``record/changes``.
        kept: the file in which they are kept at hand; None keeps none.
    """

    def __init__(self, folder: Path, kept: Path | None = None) -> None:
        self._folder, self._kept = folder, kept
        self._known: dict[str, Header] = {}
        self._rows: dict[str, list[Any]] | None = None
        self._fresh = 0

    def of(self, id_: str) -> Header:
        """Return what a change says about itself.

        Raises:
            BrokenFile: the record is damaged.
        """
        found = self._known.get(id_)
        if found is None:
            found = self._known[id_] = self._at_hand(id_) or self._read(id_)
        return found

    def put(self, id_: str, header: Header) -> None:
        """Take what a change says about itself that was just recorded."""
        self._known[id_] = header
        self._fresh += 1

    def keep(self) -> None:
        """Write what was read if there is much of it; what can't be written is read again another time."""
        if self._kept is None or self._fresh < _WORTH or not self._kept.parent.is_dir():
            return
        rows = (self._rows or {}) | {id_: list(astuple(header)) for id_, header in self._known.items()}
        draft = self._kept.with_name(f"{self._kept.name}.{os.getpid()}.tmp")
        with suppress(OSError):
            draft.write_text(json.dumps(rows))
            draft.replace(self._kept)
        self._rows, self._fresh = rows, 0

    def _read(self, id_: str) -> Header:
        self._fresh += 1
        return read_header(self._folder / f"{id_}.trig")

    def _at_hand(self, id_: str) -> Header | None:
        if self._kept is None:
            return None
        if self._rows is None:
            self._rows = _load(self._kept)
        try:
            base, parents, when, who, why, tool, sources = self._rows[id_]
            states = tuple(SourceState(*one) for one in sources)
            return Header(base, tuple(parents), when, who, why, tool, states)
        except (KeyError, TypeError, ValueError):
            return None


def _load(path: Path) -> dict[str, list[Any]]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

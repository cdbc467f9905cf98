"""The book of the derivations: which focus node has which derived lines, and what was read for them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from kg.focus.reads import ReadLog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.focus.reads import Read

__all__ = ["Book"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS made (
  unit TEXT NOT NULL, focus TEXT NOT NULL, line BLOB NOT NULL, PRIMARY KEY (unit, focus, line)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS made_line ON made (line);
"""
_EMPTY: Final = "empty"
"""The mark of a book in which nothing is written; it needs no file."""


class Book:
    """What was derived, and why, in a file of SQLite beside the index.

    Its mark tells of which state it is: `save` gives it another one each time that something in it changed, to be noted
    with the state. So one that a crash left behind, or that is of another state, is known not to be right.

    Args:
        path: the file; None keeps it in memory.
        mark: the mark noted with the state.

    Attributes:
        right: whether it is of the state with that mark; otherwise it must begin `anew`.
    """

    def __init__(self, path: Path | None, mark: str) -> None:
        self._path, self._mark = path, mark
        self._log: ReadLog | None = None
        self._changed = False
        self.right = mark == _EMPTY
        if mark not in {"", _EMPTY} and path is not None and path.exists():
            try:
                self._open(path)
                self.right = self._opened.state == mark
            except sqlite3.DatabaseError:  # damaged: it is made anew
                self.close()

    def anew(self) -> None:
        """Forget all."""
        self.close()
        self._mark, self._changed, self.right = _EMPTY, False, True

    def lines(self, unit: str, focus: str) -> set[bytes]:
        """Return the lines that a derivation made for a focus node."""
        rows = self._ask("SELECT line FROM made WHERE unit = ? AND focus = ?", (unit, focus))
        return {line for (line,) in rows}

    def foci(self, unit: str) -> set[str]:
        """Return the focus nodes for which a derivation made lines."""
        return {focus for (focus,) in self._ask("SELECT DISTINCT focus FROM made WHERE unit = ?", (unit,))}

    def has(self, line: bytes) -> bool:
        """Tell whether some derivation makes a line."""
        return bool(self._ask("SELECT 1 FROM made WHERE line = ? LIMIT 1", (line,)))

    def put(self, unit: str, focus: str, lines: set[bytes]) -> None:
        """Note the lines that a derivation makes for a focus node now."""
        before = self.lines(unit, focus)
        if before != lines:
            db = self._written()
            gone = ((unit, focus, line) for line in before - lines)
            db.executemany("DELETE FROM made WHERE unit = ? AND focus = ? AND line = ?", gone)
            db.executemany("INSERT INTO made VALUES (?, ?, ?)", ((unit, focus, line) for line in lines - before))

    def note(self, reader: str, reads: set[Read]) -> None:
        """Note what was read, empty reads too.

        Args:
            reader: who read it.
            reads: what.
        """
        before = self._opened.reads(reader) if self._log is not None else set()
        if before != reads:
            self._written()
            self._opened.replace(reader, reads)

    def readers(self, triples: Iterable[Triple]) -> set[str]:
        """Return who read one of some statements, or would have read it."""
        return self._opened.touched_by(triples) if self._log is not None else set()

    def save(self) -> str:
        """Write it to disk where something changed, and return its mark."""
        if self._changed:
            self._mark = uuid4().hex
            self._opened.state = self._mark
            self._opened.commit()
            self._changed = False
        return self._mark

    def close(self) -> None:
        """Close the file; what was not saved is lost."""
        if self._log is not None:
            self._log.close()
        self._log = None

    @property
    def _opened(self) -> ReadLog:
        if self._log is None:
            raise RuntimeError("the book is closed")
        return self._log

    def _ask(self, query: str, values: tuple[str | bytes, ...]) -> list[tuple[Any, ...]]:
        return self._db.execute(query, values).fetchall() if self._log is not None else []

    def _written(self) -> sqlite3.Connection:
        """Return the file to write to: an empty book has none before."""
        if self._log is None:
            if self._path is not None:
                for end in ("", "-wal", "-shm"):
                    self._path.with_name(self._path.name + end).unlink(missing_ok=True)
            self._open(self._path)
        self._changed = True
        return self._db

    def _open(self, path: Path | None) -> None:
        self._db = sqlite3.connect(":memory:" if path is None else path)
        self._db.execute("PRAGMA journal_mode = WAL")  # one commit is one sequential write, whole or not at all
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._log = ReadLog(self._db)
        self._db.executescript(_SCHEMA)

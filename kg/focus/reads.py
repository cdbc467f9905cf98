"""What a unit in Python reads, recorded while it does, and a log of it that tells which units a change touches."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from kg.rdf.terms import to_ntriples

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from pyoxigraph import NamedNode, Triple

    from kg.rdf.terms import Node, Term
    from kg.store import Reader

__all__ = ["Read", "ReadLog", "RecordingReader"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS unit (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS read (
  node TEXT NOT NULL, property TEXT NOT NULL, direction TEXT NOT NULL, unit INTEGER NOT NULL,
  PRIMARY KEY (node, property, direction, unit)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS read_by_unit ON read (unit);
CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 0), text TEXT NOT NULL);
CREATE TEMP TABLE touched (
  node TEXT NOT NULL, property TEXT NOT NULL, direction TEXT NOT NULL, PRIMARY KEY (node, property, direction)
) WITHOUT ROWID;
"""


class Read(NamedTuple):
    """One read of one node.

    Attributes:
        node: the node in N-Triples syntax.
        property: IRI of the property; empty where all were read.
        direction: ``out`` where the node is the subject of what was read, ``in`` where it is the object.
    """

    node: str
    property: str
    direction: Literal["out", "in"]


class RecordingReader:
    """Reads single nodes and notes each read, also one that finds nothing.

    Args:
        reader: the state to read.

    Attributes:
        reads: what was read so far.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.reads: set[Read] = set()

    def values(self, node: Node, property_: NamedNode) -> list[Term]:
        """Return the objects of the statements with that subject and property."""
        self.reads.add(Read(str(node), property_.value, "out"))
        return list(self._reader.objects(node, property_))

    def subjects(self, node: Term, property_: NamedNode) -> list[Node]:
        """Return the subjects of the statements with that object and property."""
        self.reads.add(Read(to_ntriples(node), property_.value, "in"))
        return list(self._reader.subjects(property_, node))

    def outgoing(self, node: Node) -> list[tuple[NamedNode, Term]]:
        """Return property and object of the statements with that subject."""
        self.reads.add(Read(str(node), "", "out"))
        return list(self._reader.outgoing(node))

    def incoming(self, node: Term) -> list[tuple[Node, NamedNode]]:
        """Return subject and property of the statements with that object."""
        self.reads.add(Read(to_ntriples(node), "", "in"))
        return list(self._reader.incoming(node))


class ReadLog:
    """Which unit read what, in a file of SQLite; nothing is on disk before `commit`.

    Used as a context manager, it commits at the end where no error got through, and closes.

    Args:
        path: the file, or an open database to share with what else is kept there; None keeps the log in memory.
    """

    def __init__(self, path: Path | sqlite3.Connection | None = None) -> None:
        if isinstance(path, sqlite3.Connection):
            self._db = path
        else:
            self._db = sqlite3.connect(":memory:" if path is None else path)
        self._db.executescript(_SCHEMA)

    @property
    def state(self) -> str:
        """Of which state of the facts the log is, as whoever keeps it wrote down; empty for a new log."""
        row = self._db.execute("SELECT text FROM state").fetchone()
        return str(row[0]) if row else ""

    @state.setter
    def state(self, text: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO state VALUES (0, ?)", (text,))

    def units(self) -> set[str]:
        """Return the names of the units that it knows."""
        return {name for (name,) in self._db.execute("SELECT name FROM unit")}

    def reads(self, unit: str) -> set[Read]:
        """Return what a unit read; nothing for one that it does not know."""
        query = "SELECT node, property, direction FROM read JOIN unit ON unit.id = read.unit WHERE unit.name = ?"
        return {Read(*row) for row in self._db.execute(query, (unit,))}

    def replace(self, unit: str, reads: Iterable[Read]) -> None:
        """Note what a unit read, and forget what it read before."""
        self._db.execute("INSERT OR IGNORE INTO unit (name) VALUES (?)", (unit,))
        (key,) = self._db.execute("SELECT id FROM unit WHERE name = ?", (unit,)).fetchone()
        self._db.execute("DELETE FROM read WHERE unit = ?", (key,))
        self._db.executemany("INSERT OR IGNORE INTO read VALUES (?, ?, ?, ?)", ((*read, key) for read in reads))

    def drop(self, unit: str) -> None:
        """Forget a unit."""
        self._db.execute("DELETE FROM read WHERE unit IN (SELECT id FROM unit WHERE name = ?)", (unit,))
        self._db.execute("DELETE FROM unit WHERE name = ?", (unit,))

    def touched_by(self, triples: Iterable[Triple]) -> set[str]:
        """Return the names of the units that read one of some statements, or would have read it.

        Args:
            triples: what came and went.
        """
        rows = {row for triple in triples for row in _looked_up(triple)}
        self._db.execute("DELETE FROM touched")
        self._db.executemany("INSERT INTO touched VALUES (?, ?, ?)", rows)
        query = (
            "SELECT DISTINCT name FROM touched CROSS JOIN read USING (node, property, direction) JOIN unit ON id = unit"
        )
        return {name for (name,) in self._db.execute(query)}

    def commit(self) -> None:
        """Write to disk what is noted so far."""
        self._db.commit()

    def close(self) -> None:
        """Close the log; what was not committed is lost."""
        self._db.close()

    def __enter__(self) -> ReadLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()
        self.close()


def _looked_up(triple: Triple) -> Iterable[tuple[str, str, str]]:
    """Return the reads that find `triple`."""
    subject, name, object_ = to_ntriples(triple.subject), triple.predicate.value, to_ntriples(triple.object)
    return (subject, name, "out"), (subject, "", "out"), (object_, name, "in"), (object_, "", "in")

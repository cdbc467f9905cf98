"""The blocks of a change record: what it adds to each graph and removes from it, found without reading line by line."""

from __future__ import annotations

import hashlib
import mmap
import re
from typing import TYPE_CHECKING, Final

from kg.errors import BrokenFile
from kg.rdf.ntriples import find_line
from kg.rdf.terms import to_ntriples
from kg.store import Delta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import NamedNode

    from kg.rdf.terms import Term

__all__ = ["CLOSE", "OPEN", "Blocks", "damaged"]

OPEN: Final = b" {\n"
"""What ends the line that names a block; a graph's name stands before it."""

CLOSE: Final = b"}\n"
"""The last line of a block."""

_BLOCK = re.compile(rb"<([^>]*)#(added|removed)>")


class Blocks:
    """What a record adds and removes, found in its file without reading it line by line.

    Args:
        path: the record.

    Raises:
        BrokenFile: its content is not what its name says.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                data: mmap.mmap | bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # an empty file can't be mapped
            data = b""
        if hashlib.sha256(data).hexdigest() != path.stem:
            raise damaged(path)
        self._data = data
        self._blocks: list[tuple[str, bool, int, int]] = []
        position = data.find(OPEN)
        while position >= 0:
            found = _BLOCK.fullmatch(data[data.rfind(b"\n", 0, position) + 1 : position])
            start = position + len(OPEN)
            end = start if data[start : start + len(CLOSE)] == CLOSE else data.find(b"\n" + CLOSE, start) + 1
            if found is None or end < start:
                raise damaged(path)
            self._blocks.append((found[1].decode(), found[2] == b"added", start, end))
            position = data.find(OPEN, end)

    def all(self) -> dict[str, Delta]:
        """Return graph → all that comes and goes."""
        return self._deltas(lambda start, end: self._data[start:end].splitlines(keepends=True))

    def of(self, subjects: Iterable[str]) -> dict[str, Delta]:
        """Return graph → what comes and goes of the facts whose subject is one of some IRIs; it may be nothing."""
        starts = sorted({f"<{subject}> ".encode() for subject in subjects})
        return self._deltas(lambda start, end: [line for one in starts for line in self._starting(one, start, end)])

    def subject_of(self, property_: NamedNode, value: Term) -> str | None:
        """Return the IRI of a subject of which the record says that it has, or no longer has, this value."""
        place = self._data.find(f"> {property_} {to_ntriples(value)} .\n".encode())
        if place < 0:
            return None
        return bytes(self._data[self._data.rfind(b"\n", 0, place) + 2 : place]).decode()

    def mentions(self, iri: str) -> bool:
        """Tell whether something that comes or goes has an IRI as its subject or object."""
        return self._data.find(f"<{iri}> ".encode()) >= 0

    def _deltas(self, read: Callable[[int, int], list[bytes]]) -> dict[str, Delta]:
        deltas: dict[str, Delta] = {}
        for graph, added, start, end in self._blocks:
            lines = read(start, end)
            if lines:
                delta = deltas.setdefault(graph, Delta())
                if added:
                    delta.added = lines
                else:
                    delta.removed = lines
        return deltas

    def _starting(self, prefix: bytes, start: int, end: int) -> Iterator[bytes]:
        place = find_line(self._data, prefix, start, end)
        while place < end and self._data[place : place + len(prefix)] == prefix:
            after = self._data.find(b"\n", place) + 1
            yield self._data[place:after]
            place = after


def damaged(path: Path) -> BrokenFile:
    """Return the error for a record whose content is not what its name says."""
    shown = f"record/changes/{path.name}"
    return BrokenFile(shown, f"is damaged: its content is not what its name says; get it back: git checkout {shown}")

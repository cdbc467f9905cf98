"""One graph as files: an immutable base of sorted N-Triples, and a small difference to it.

A commit that changes one triple of a million writes the difference anew, never the base. Both stay sorted, so any line
is found by halving, and the whole graph streams as large slices of the base with the difference put in between.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kg.rdf.ntriples import find_line, merge, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["GraphFile", "GraphState"]

_SLICE = 1 << 22


@dataclass(slots=True)
class GraphState:
    """What the index knows about one graph.

    Attributes:
        base: name of the file of its base.
        added: name of the file of lines that come to the base; empty where there are none.
        removed: name of the file of lines of the base that are gone; empty where there are none.
        lines: number of triples.
    """

    base: str
    added: str = ""
    removed: str = ""
    lines: int = 0

    def files(self) -> list[str]:
        """Return the names of its files."""
        return [name for name in (self.base, self.added, self.removed) if name]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"base": self.base, "added": self.added, "removed": self.removed, "lines": self.lines}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> GraphState:
        """Return what `to_json` wrote."""
        return cls(data["base"], data["added"], data["removed"], data["lines"])


class GraphFile:
    """Reads the lines of one graph.

    Args:
        folder: where the files are.
        state: their names.
    """

    def __init__(self, folder: Path, state: GraphState) -> None:
        self._folder, self._state = folder, state

    def __len__(self) -> int:
        return self._state.lines

    @cached_property
    def added(self) -> list[bytes]:
        """The lines that come to the base, sorted."""
        return list(read_lines(self._folder / self._state.added)) if self._state.added else []

    @cached_property
    def removed(self) -> list[bytes]:
        """The lines of the base that are gone, sorted."""
        return list(read_lines(self._folder / self._state.removed)) if self._state.removed else []

    @cached_property
    def _base(self) -> mmap.mmap | bytes:
        path = self._folder / self._state.base
        if not path.stat().st_size:
            return b""
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines, sorted."""
        base = read_lines(self._folder / self._state.base)
        return merge(base, self.added, self.removed) if self.added or self.removed else base

    def chunks(self) -> Iterator[bytes]:
        """Yield the lines, sorted, many at a time."""
        cuts = [(self._find(line), line, b"") for line in self.removed]
        cuts += [(self._find(line), b"", line) for line in self.added]
        position = 0
        for place, gone, come in sorted(cuts):
            yield from self._slices(position, place)
            if come:
                yield come
            position = place + len(gone)
        yield from self._slices(position, len(self._base))

    def starting(self, prefix: bytes) -> list[bytes]:
        """Return the lines that start with `prefix`, sorted."""
        gone = set(self.removed)
        place = self._find(prefix)
        found = [line for line in self.added if line.startswith(prefix)]
        while self._base[place : place + len(prefix)] == prefix:
            end = self._base.find(b"\n", place) + 1
            line = self._base[place:end]
            if line not in gone:
                found.append(line)
            place = end
        return sorted(found)

    def has(self, line: bytes) -> bool:
        """Tell whether the graph has `line`."""
        return line in self.added or (line not in self.removed and self.in_base(line))

    def in_base(self, line: bytes) -> bool:
        """Tell whether the base has `line`."""
        place = self._find(line)
        return self._base[place : place + len(line)] == line

    def _slices(self, start: int, end: int) -> Iterator[bytes]:
        while start < end:
            stop = end if end - start <= _SLICE else self._base.rfind(b"\n", start, start + _SLICE) + 1
            yield self._base[start:stop]
            start = stop

    def _find(self, line: bytes) -> int:
        """Return where the first line of the base begins that is not before `line`."""
        return find_line(self._base, line, 0, len(self._base))

"""Sorted unique N-Triples lines: the form in which facts are stored, compared and streamed.

A line is bytes, canonical N-Triples, with its newline; lines sort by their bytes.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from operator import lt
from typing import TYPE_CHECKING, Final

from kg.rdf.names import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from mmap import mmap
    from pathlib import Path

__all__ = ["Vocabulary", "diff", "find_line", "merge", "read_lines", "sort_unique", "sync_folder", "write_atomic"]

_TYPE: Final = f" <{RDF}type> <".encode()


def sort_unique(lines: Iterable[bytes]) -> list[bytes]:
    """Return `lines` sorted, each once; next to nothing where they are so already, little where long runs are."""
    found = list(lines)
    if _ascends(found):
        return found
    found.sort()
    return found if _ascends(found) else list(dict.fromkeys(found))


def _ascends(lines: list[bytes]) -> bool:
    return all(map(lt, lines, islice(lines, 1, None)))


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file; only a newline ends a line."""
    with path.open("rb") as file:
        yield from file


def find_line(data: bytes | mmap, line: bytes, low: int, high: int) -> int:
    """Return where in `data`, between two places, the first of its sorted lines begins that is not before `line`."""
    while low < high:
        start = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = data.find(b"\n", start) + 1
        if data[start:end] < line:
            low = end
        else:
            high = start
    return low


def diff(old: Iterable[bytes], new: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Return what is only in `new` and what is only in `old`, both sorted.

    Args:
        old: sorted unique lines; streamed.
        new: sorted unique lines; streamed.
    """
    added: list[bytes] = []
    removed: list[bytes] = []
    before, after = iter(old), iter(new)
    left, right = next(before, None), next(after, None)
    while left is not None and right is not None:
        if left == right:
            left, right = next(before, None), next(after, None)
        elif left < right:
            removed.append(left)
            left = next(before, None)
        else:
            added.append(right)
            right = next(after, None)
    if left is not None:
        removed.append(left)
        removed.extend(before)
    if right is not None:
        added.append(right)
        added.extend(after)
    return added, removed


def merge(lines: Iterable[bytes], added: Iterable[bytes], removed: Iterable[bytes]) -> Iterator[bytes]:
    """Yield sorted unique `lines` with `added` put in and `removed` left out.

    Args:
        lines: sorted unique lines; streamed.
        added: sorted unique lines; one that is there already changes nothing.
        removed: lines; one that is not there changes nothing. A line both removed and added stays.
    """
    gone = set(removed)
    extra = iter(added)
    upcoming = next(extra, None)
    for line in lines:
        while upcoming is not None and upcoming < line:
            yield upcoming
            upcoming = next(extra, None)
        if upcoming == line:
            yield line
            upcoming = next(extra, None)
        elif line not in gone:
            yield line
    if upcoming is not None:
        yield upcoming
        yield from extra


def write_atomic(path: Path, chunks: Iterable[bytes]) -> None:
    """Write `chunks` to `path`, synced to disk: afterwards the file is whole, or as it was before."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sync the names in `folder` to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(slots=True)
class Vocabulary:
    """Which terms a graph uses.

    Attributes:
        predicates: IRI of each property → number of its triples.
        classes: IRI of each class → number of its subjects.
    """

    predicates: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Vocabulary:
        """Return the vocabulary of a graph given by its unique lines."""
        found = cls()
        found.add(lines)
        return found

    def add(self, lines: Iterable[bytes]) -> None:
        """Count `lines` in."""
        self._count(lines, 1)

    def remove(self, lines: Iterable[bytes]) -> None:
        """Count `lines` out; a term that nothing uses any more is dropped."""
        self._count(lines, -1)

    def _count(self, lines: Iterable[bytes], sign: int) -> None:
        lines = lines if isinstance(lines, list) else list(lines)
        predicates = Counter([line.split(b" ", 2)[1] for line in lines])
        classes = Counter([line[:-3].rsplit(b" ", 1)[1] for line in lines if _TYPE in line and _types(line)])
        for counts, found in ((self.predicates, predicates), (self.classes, classes)):
            for name, number in found.items():
                iri = name[1:-1].decode()
                counts[iri] = counts.get(iri, 0) + sign * number
                if counts[iri] <= 0:
                    del counts[iri]


def _types(line: bytes) -> bool:
    """Tell a type triple from a literal that happens to quote one."""
    return line.startswith(_TYPE, line.index(b" "))

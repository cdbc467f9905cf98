"""Sorted unique N-Triples lines: the form in which facts are stored, compared and streamed.

A line is bytes, canonical N-Triples, with its newline; lines sort by their bytes.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from operator import lt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from mmap import mmap
    from pathlib import Path

__all__ = [
    "diff",
    "find_line",
    "merge",
    "read_lines",
    "sort_unique",
    "sync_files",
    "sync_folder",
    "write_atomic",
    "write_whole",
]


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


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that others read meanwhile: they find it whole, or as it was; after a power cut it may be lost."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


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
    """Sync the names in `folder`, or what is in a file, to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_files(paths: Iterable[Path]) -> None:
    """Sync files and folders to disk, all at once: that takes about as long as to sync one of them."""
    found = list(paths)
    with ThreadPoolExecutor(len(found) or 1) as pool:
        deque(pool.map(sync_folder, found), maxlen=0)

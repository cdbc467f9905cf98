"""Chunks of bytes as a file object, for engines that read from one."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, BinaryIO

__all__ = ["byte_stream"]


def byte_stream(chunks: Iterable[bytes]) -> BinaryIO:
    """Return a readable binary file over `chunks`; it holds about one chunk at a time."""
    return io.BufferedReader(_Chunks(chunks), buffer_size=1 << 20)


class _Chunks(io.RawIOBase):
    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__()
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return True: this is what it is for."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` from the chunks and return the number of bytes, 0 at the end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

"""The data of one check as a file of N-Triples: the engine reads it once, the passes over it cost no memory."""

from __future__ import annotations

import mmap
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg.rdf.names import NS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

__all__ = ["FactFile", "as_of_line", "fact_file"]


class FactFile:
    """Facts on disk, in N-Triples.

    Attributes:
        path: the file, named ``.nt``.
        bytes: its content, mapped and not read; it begins with a newline, so each line has one before it.
    """

    def __init__(self, path: Path, content: mmap.mmap) -> None:
        self.path = path
        self.bytes = content


def as_of_line(day: date) -> bytes:
    """Return the fact that tells rules the day for which they judge."""
    return f'<{NS}thisCheck> <{NS}asOf> "{day.isoformat()}"^^<{XSD}date> .\n'.encode()


@contextmanager
def fact_file(chunks: Iterable[bytes]) -> Iterator[FactFile]:
    """Write facts to a temporary file and remove it at the end.

    Args:
        chunks: N-Triples, whole lines; a line may come more than once.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
        path = Path(folder, "facts.nt")
        with path.open("w+b") as file:
            file.write(b"\n")
            file.writelines(chunks)
            file.flush()
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                yield FactFile(path, content)

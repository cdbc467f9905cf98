"""The data of one check as a file of N-Triples: the engine reads it once, the passes over it cost no memory."""

from __future__ import annotations

import mmap
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg.rdf.names import NS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from typing import BinaryIO

_RETIRED = f"> <{NS}status> <{NS}retired> .\n".encode()

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

    What is retired is out of the case: nothing is demanded of it and nothing rests on it. So what a retired item says,
    and what others say of it, is left out here, once for all rules.

    Args:
        chunks: N-Triples, whole lines; a line may come more than once.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
        path = Path(folder, "facts.nt")
        with path.open("w+b") as file:
            file.write(b"\n")
            file.writelines(chunks)
            file.flush()
            _leave_out_retired(file)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                yield FactFile(path, content)


def _leave_out_retired(file: BinaryIO) -> None:
    """Write the file again without the facts about retired items, if there are any."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        retired = set(_retired_in(content))
        if not retired:
            return
        with tempfile.SpooledTemporaryFile(max_size=1 << 24) as kept:
            content.seek(0)
            for line in iter(content.readline, b""):
                if not retired.intersection((line.partition(b" ")[0], line[line.rfind(b" <") + 1 : -3])):
                    kept.write(line)
            kept.seek(0)
            file.seek(0)
            shutil.copyfileobj(kept, file)
    file.truncate()
    file.flush()


def _retired_in(content: mmap.mmap) -> Iterator[bytes]:
    """Yield the subjects that have the status retired, in N-Triples syntax."""
    found = content.find(_RETIRED)
    while found >= 0:
        yield content[content.rfind(b"\n", 0, found) + 1 : found + 1]
        found = content.find(_RETIRED, found + 1)

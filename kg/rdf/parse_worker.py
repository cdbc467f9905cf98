"""The process in which untrusted RDF is parsed; `kg.rdf.guard` starts it, limits it and may kill it.

It starts in some 40 ms because it loads nothing but the standard library, pyoxigraph and three small modules of ours.
One JSON job comes on standard input; one JSON line per file goes to standard output, in the order of the job.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import time
from itertools import groupby, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from pyoxigraph import DefaultGraph, RdfFormat, parse, serialize

from kg.errors import BrokenFile
from kg.rdf.parse_checks import (
    BeyondLimitError,
    check_brackets,
    check_text,
    check_xml,
    inline_contexts,
    refuse_rdf_12,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad, Triple

__all__ = ["main"]

_BATCH: Final = 100_000
_PLACE: Final = re.compile(r"Parser error (?:at|between) line (\d+) (?:column|between columns) (\d+).*?: ")


def main() -> None:
    """Read the job, parse its files one after the other, report each."""
    job = json.load(sys.stdin)
    _limit_memory(job["memory"])
    for file in job["files"]:
        _limit_processor(job["seconds"])
        answer: dict[str, Any]
        try:
            answer = _parse(file, size=job["size"], depth=job["depth"], contexts=job["contexts"])
        except BrokenFile as wrong:
            answer = {"broken": wrong.what, "line": wrong.line, "column": wrong.column}
        except BeyondLimitError as limit:
            answer = {"limit": str(limit)}
        except MemoryError:
            answer = {"limit": "memory"}
        except OSError as wrong:
            answer = {"broken": f"can't be read: {wrong.strerror}", "line": None, "column": None}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _parse(file: dict[str, Any], *, size: int, depth: int, contexts: dict[str, str]) -> dict[str, Any]:
    """Parse one file and write its sorted unique lines to the file that the job names.

    Args:
        file: ``path``; ``format``, the extension of the parser's format; ``base``, an IRI or None; ``merge``, whether
            graph names are dropped; ``out``, the file to write.
        size: most bytes that the file may have.
        depth: most levels that brackets or elements may nest.
        contexts: JSON-LD contexts that may be named: IRI to file.

    Returns:
        ``count`` of lines, names of the ``graphs`` in it, ``prefixes`` declared.
    """
    syntax = RdfFormat.from_extension(file["format"])
    if syntax is None:
        raise ValueError(file["format"])
    with Path(file["path"]).open("rb") as handle:
        source: IO[bytes] = handle
        length = os.fstat(source.fileno()).st_size
        if length > size:
            raise BeyondLimitError("size")
        data = source.read(length)
        start = check_text(data)
        if syntax == RdfFormat.JSON_LD:
            source, start = io.BytesIO(inline_contexts(data[start:], depth, contexts)), 0
        elif syntax == RdfFormat.RDF_XML:
            check_xml(data, depth)
        else:
            check_brackets(data, depth)
        del data
        source.seek(start)
        try:
            return _convert(source, syntax, file)
        except SyntaxError as wrong:
            source.seek(start)
            raise _located(wrong, source, syntax, file["base"]) from None


def _convert(source: IO[bytes], syntax: RdfFormat, file: dict[str, Any]) -> dict[str, Any]:
    """Parse, sort, drop doubles, write."""
    graphs: set[str] = set()
    lines: list[bytes] = []
    quads = parse(source, syntax, base_iri=file["base"])
    output = RdfFormat.N_QUADS if syntax.supports_datasets and not file["merge"] else RdfFormat.N_TRIPLES
    facts = _noting_graphs(quads, graphs, merge=file["merge"]) if syntax.supports_datasets else quads
    while batch := serialize(islice(cast("Iterator[Quad]", facts), _BATCH), format=output):
        if b"<<(" in batch or b"--" in batch:
            refuse_rdf_12(batch)
        lines.extend(batch.splitlines(keepends=True))
    lines.sort()
    count = 0
    unique = (line for line, _ in groupby(lines))
    with Path(file["out"]).open("wb") as out:
        while some := list(islice(unique, _BATCH)):
            out.write(b"".join(some))
            count += len(some)
    return {"count": count, "graphs": sorted(graphs), "prefixes": quads.prefixes}


def _noting_graphs(quads: Iterable[Any], graphs: set[str], *, merge: bool) -> Iterator[Quad | Triple]:
    default = DefaultGraph()
    for quad in quads:
        if quad.graph_name != default:
            graphs.add(getattr(quad.graph_name, "value", str(quad.graph_name)))
        yield quad.triple if merge else quad


def _located(wrong: SyntaxError, source: IO[bytes], syntax: RdfFormat, base: str | None) -> BrokenFile:
    """Return the parser's error as ours, with its place and a hint."""
    text = str(wrong)
    found = _PLACE.match(text)
    what = re.sub(r" \(line \d+\)$|^at \d+\.\.\d+: ", "", _PLACE.sub("", text))
    if "LoadDocumentCallback" in what:
        return BrokenFile("", "names a remote JSON-LD context; contexts are never fetched")
    if "XML namespaces are required" in what:
        what = "is XML, but no RDF/XML: an element outside any namespace can't name a class or property"
    if "No scheme found" in what:
        what += "; a relative IRI needs a base in the file or the base of a project"
    if found:
        return BrokenFile("", what, line=int(found[1]), column=int(found[2]))
    return BrokenFile("", what, line=_failing_line(source, syntax, base))


def _failing_line(source: IO[bytes], syntax: RdfFormat, base: str | None) -> int | None:
    """Return the line at which a parser that names none gives up, by feeding it line after line."""
    feeder = _Feeder(source)
    try:
        for _ in parse(cast("IO[bytes]", feeder), syntax, base_iri=base):
            pass
    except SyntaxError:
        return feeder.line
    return None


class _Feeder:
    """Hands out one line per read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._ended = True
        self.line = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next line, cut at `size` bytes."""
        piece = self._source.readline(size)
        self.line += self._ended and bool(piece)
        self._ended = piece.endswith(b"\n")
        return piece


def _limit_memory(memory: int) -> None:
    """Allow `memory` bytes of address space on top of what the interpreter has taken."""
    if sys.platform != "win32":
        import resource  # POSIX only

        used = 0
        if sys.platform == "linux":
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))


def _limit_processor(seconds: float) -> None:
    """Allow the next file `seconds` of processor time on top of what is used."""
    if sys.platform != "win32":
        import resource  # POSIX only

        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 2, hard))

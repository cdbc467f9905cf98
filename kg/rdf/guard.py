"""Guarded parsing: untrusted RDF is parsed in a process that is limited and can be killed.

A small entity bomb aborts an RDF parser written in Rust, deep nesting ends it with SIGSEGV, and neither can be caught
inside the process. So a worker parses, one for a batch of files, and hands back sorted unique N-Triples. No network is
used: the worker parses bytes and fetches nothing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import stat
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import kg
from kg import data
from kg.errors import BrokenFile, LimitExceeded
from kg.rdf.deaths import Death, cause_of_death, kill_late
from kg.rdf.formats import sniff
from kg.rdf.names import BASE

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pyoxigraph import RdfFormat

__all__ = ["CONTEXT", "Limits", "ParsedFile", "Request", "parse_file", "parse_files"]

CONTEXT: Final = BASE + "context.jsonld"
"""The only JSON-LD context that may be named instead of written out: ours, taken from the package."""

_START: Final = "import sys; sys.path += sys.argv[1:]; from kg.rdf.parse_worker import main; main()"
_HEAD: Final = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost; each field is a setting ``parse-<field>`` of a project.

    Attributes:
        seconds: wall-clock and processor time per file, in seconds.
        memory: address space of the worker beyond its own start, in bytes.
        size: size of the file, in bytes.
        depth: levels that brackets, elements or JSON values may nest.
        document: size of a JSON document that an importer reads as a whole, in bytes.
    """

    seconds: float = 120.0
    memory: int = 4 << 30
    size: int = 2 << 30
    depth: int = 256
    document: int = 64 << 20


@dataclass(frozen=True, slots=True)
class Request:
    """One file to parse.

    Attributes:
        path: where it is.
        format: its format; None to tell by extension and content.
        base_iri: what its relative IRIs resolve against.
        name: how the user called it, for errors; default is `path`.
    """

    path: Path
    format: RdfFormat | None = None
    base_iri: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a file states.

    Attributes:
        path: the file.
        format: the format that it was read in.
        data: sorted unique lines, each with its newline: N-Triples, or N-Quads where there are named `graphs`. Blank
            nodes keep the file's labels or have random ones.
        count: how many lines `data` has.
        graphs: sorted names of the named graphs in the file; blank ones in N-Triples syntax.
        prefixes: prefix to namespace, as the file declares them.
    """

    path: Path
    format: RdfFormat
    data: bytes
    count: int
    graphs: tuple[str, ...]
    prefixes: dict[str, str]

    @property
    def lines(self) -> list[bytes]:
        """Return the lines of `data`, each with its newline."""
        return self.data.splitlines(keepends=True)


def parse_file(
    path: Path,
    *,
    format: RdfFormat | None = None,  # noqa: A002 - the word that every RDF library uses
    base_iri: str | None = None,
    limits: Limits | None = None,
    merge_graphs: bool = False,
) -> ParsedFile:
    """Parse one untrusted file of RDF.

    Args:
        path: the file.
        format: its format; None to tell by extension and content.
        base_iri: what its relative IRIs resolve against.
        limits: what it may cost.
        merge_graphs: drop the names of graphs, so that `ParsedFile.data` is N-Triples in any case.

    Raises:
        BrokenFile: the file is missing, no text, of another format than it says, or has an error in it.
        LimitExceeded: it goes beyond one of `limits`.
    """
    return parse_files([Request(path, format, base_iri)], limits=limits, merge_graphs=merge_graphs)[0]


def parse_files(
    requests: Sequence[Request], *, limits: Limits | None = None, merge_graphs: bool = False
) -> list[ParsedFile]:
    """Parse several untrusted files of RDF in one worker, in the order of `requests`.

    Args:
        requests: the files.
        limits: what each of them may cost.
        merge_graphs: drop the names of graphs, so that `ParsedFile.data` is N-Triples in any case.

    Raises:
        BrokenFile: the first file that is missing, no text, of another format than it says, or has an error in it.
        LimitExceeded: the first file that goes beyond one of `limits`.
    """
    limits = limits or Limits()
    if not requests:
        return []
    formats = [_check_file(one, limits) for one in requests]
    with tempfile.TemporaryDirectory(prefix="interlock-") as folder:
        outs = [Path(folder, str(number)) for number in range(len(requests))]
        job = _job(requests, formats, outs, limits, merge_graphs=merge_graphs)
        parsed = []
        with contextlib.closing(_ask_worker(job, Path(folder), limits)) as answers:  # ends the worker on an error too
            for one, syntax, out in zip(requests, formats, outs, strict=True):
                answer = next(answers)
                _raise_problem(one, answer, limits)
                parsed.append(
                    ParsedFile(
                        one.path, syntax, out.read_bytes(), answer["count"], tuple(answer["graphs"]), answer["prefixes"]
                    )
                )
                out.unlink()
        return parsed


def _shown(request: Request) -> str:
    return request.name or str(request.path)


def _check_file(request: Request, limits: Limits) -> RdfFormat:
    """Refuse what is no file or too large; return the format."""
    shown = _shown(request)
    try:
        facts = request.path.stat()
        if not stat.S_ISREG(facts.st_mode):
            kind = "a folder" if stat.S_ISDIR(facts.st_mode) else "a device or pipe"
            raise BrokenFile(shown, f"is {kind}; a file of RDF was expected")
        if facts.st_size > limits.size:
            raise _beyond("size", shown, limits)
        if request.format is not None:
            return request.format
        with request.path.open("rb") as file:
            head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf")
    except FileNotFoundError:
        raise BrokenFile(shown, "there is no such file") from None
    except OSError as wrong:
        raise BrokenFile(shown, f"can't be read: {wrong.strerror}") from None
    return sniff(Path(shown), head).rdf


def _job(
    requests: Sequence[Request],
    formats: Sequence[RdfFormat],
    outs: Sequence[Path],
    limits: Limits,
    *,
    merge_graphs: bool,
) -> dict[str, Any]:
    context = data.ontology_folder() / "context.jsonld"
    files = [
        {
            "path": str(one.path.absolute()),
            "format": syntax.file_extension,
            "base": one.base_iri,
            "merge": merge_graphs,
            "out": str(out),
        }
        for one, syntax, out in zip(requests, formats, outs, strict=True)
    ]
    return {
        "files": files,
        "seconds": limits.seconds,
        "memory": limits.memory,
        "size": limits.size,
        "depth": limits.depth,
        "contexts": {CONTEXT: str(context)} if context.is_file() else {},
    }


def _ask_worker(job: dict[str, Any], folder: Path, limits: Limits) -> Generator[dict[str, Any]]:
    """Start a worker and yield its answer to each file; a dead worker's last answer says what killed it."""
    pyoxigraph = importlib.util.find_spec("pyoxigraph")
    if pyoxigraph is None or pyoxigraph.origin is None or kg.__file__ is None:
        raise ModuleNotFoundError("pyoxigraph")
    paths = [str(Path(kg.__file__).parent.parent), str(Path(pyoxigraph.origin).parent.parent)]
    complaints = folder / "stderr"
    with (
        complaints.open("wb") as stderr,
        subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-I", "-S", "-c", _START, *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=folder,
        ) as worker,
    ):
        if worker.stdin is None or worker.stdout is None:
            raise BrokenPipeError
        try:
            with contextlib.suppress(BrokenPipeError):  # a worker that died at once is told by its silence below
                worker.stdin.write(json.dumps(job).encode())
                worker.stdin.close()
            for _ in job["files"]:
                late = threading.Event()
                timer = threading.Timer(limits.seconds, kill_late, [worker, late])
                timer.start()
                line = worker.stdout.readline()
                timer.cancel()
                if not line:
                    yield _broken(cause_of_death(worker.wait(), complaints.read_bytes()[:65536], late=late.is_set()))
                    return
                yield json.loads(line)
        finally:
            worker.kill()


def _broken(death: Death) -> dict[str, Any]:
    if death.limit:
        return {"limit": death.limit}
    what = f"kills the RDF parser ({death.why}), as input nested thousands deep does"
    return {"broken": what, "line": None, "column": None}


def _raise_problem(request: Request, answer: dict[str, Any], limits: Limits) -> None:
    if "limit" in answer:
        raise _beyond(answer["limit"], _shown(request), limits)
    if "broken" in answer:
        raise BrokenFile(_shown(request), answer["broken"], line=answer["line"], column=answer["column"])


def _beyond(limit: str, shown: str, limits: Limits) -> LimitExceeded:
    what = {
        "seconds": f"took longer than {limits.seconds:g} s to parse",
        "memory": f"needs more than {limits.memory >> 20} MiB of memory to parse",
        "size": f"is larger than {limits.size >> 20} MiB",
        "depth": f"nests deeper than {limits.depth} levels",
    }
    return LimitExceeded(f"{shown}: {what[limit]}; the setting parse-{limit} raises the limit")

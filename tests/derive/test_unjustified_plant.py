"""On the example plant: what retiring a threat unjustifies is what Q1 says that this threat alone governs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode
from spread_models import NS

from kg.derive import Derivations
from kg.derive.computed import ComputedUnit
from kg.derive.query import parse_derivation
from kg.derive.unjustified import Unjustified
from kg.importers.registry import convert
from kg.project.config import Config
from kg.project.derived import Context
from kg.project.history import History
from kg.project.standalone import Standalone
from kg.questions import Asker
from kg.store import Delta, memory_state
from kg.values import Trace

if TYPE_CHECKING:
    from kg.store import MemoryState, Reader

ROOT = Path(__file__).parents[2]
LOST = ROOT / "kg" / "derive" / "lost-source.rq"
RETIRED = f"<{NS}status> <{NS}retired> .\n"


def governed(asker: Asker, reader: Reader) -> dict[str, set[str]]:
    """Threat → the requirements that Q1 says it governs."""
    found = {}
    for (node,) in list(reader.select(f"SELECT ?x WHERE {{ ?x a <{NS}ThreatScenario> }}")):
        assert isinstance(node, NamedNode)
        item = asker.item(node.value)
        trace = asker.answer(asker.choose(item, "impact"), {"item": item.iri})
        assert isinstance(trace, Trace)
        requirements = dict(trace.buckets)["requirements"]
        found[node.value] = {entry.item.iri for entry in requirements if entry.governing}
    return found


def kept_otherwise(reader: Reader) -> set[str]:
    """What has a parent that is neither a threat nor there because of one, itself or above it."""
    up = f"SELECT DISTINCT ?x WHERE {{ ?x (<{NS}derivedFrom>|<{NS}refines>)+ ?source ."
    classes = ("Hazard", "Policy", "Profile", "Regulation", "Contract", "EssentialFunction")
    sources = " ".join(f"<{NS}{name}>" for name in classes)
    rows = [
        *reader.select(f"{up} VALUES ?class {{ {sources} }} ?source a ?class }}"),
        *reader.select(f"{up} ?source <{NS}basis> ?basis FILTER(?basis != <{NS}detailedAssessment>) }}"),
    ]
    return {node.value for (node,) in rows if isinstance(node, NamedNode)}


def unjustified(state: MemoryState) -> set[str]:
    rows = state.reader.select(f"SELECT DISTINCT ?x WHERE {{ ?x <{NS}unjustifiedBecauseOf> ?y }}")
    return {node.value for (node,) in rows if isinstance(node, NamedNode)}


def test_each_threat_of_the_plant_retired_alone(tmp_path: Path) -> None:
    plant = Standalone([ROOT / "kg" / "examples" / "plant" / "model"], convert=convert)
    state = memory_state(plant.graphs)
    context = Context(Config("https://example.org/te-plant/"), History(tmp_path / "record"), (), tmp_path)
    derivations = Derivations([parse_derivation("lost-source", LOST.read_text("utf-8")), ComputedUnit(Unjustified())])
    mark = derivations.bring(state, None, "", context).mark
    assert unjustified(state) == set()
    by_source = governed(Asker(state.reader, {}), state.reader)
    kept = kept_otherwise(state.reader)
    alone = 0
    for source, its in by_source.items():
        others = set().union(*(those for other, those in by_source.items() if other != source))
        line = f"<{source}> {RETIRED}".encode()
        mark = derivations.bring(state, state.apply({"urn:edit": Delta(added=[line])}), mark, context).mark
        assert unjustified(state) == its - others - kept, source
        alone += len(its - others - kept)
        mark = derivations.bring(state, state.apply({"urn:edit": Delta(removed=[line])}), mark, context).mark
        assert unjustified(state) == set(), source
    assert alone > 10

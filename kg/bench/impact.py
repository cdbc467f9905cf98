"""Q1 by compressed sparse rows: the reference that must give the same answer as the stored question.

Written from what the question says of itself, not from its steps: a walk over arrays of node numbers, with classes and
levels looked up in arrays. Building them is outside any clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.bench.adjacency import Adjacency, need_numpy
from kg.rdf.names import DCTERMS, NS, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.bench.adjacency import Links, Nodes

__all__ = ["ImpactReference", "Reached"]

Reached = dict[str, dict[str, bool]]
"""Bucket → IRI of each entry → whether it is governed; True where the bucket does not tell."""

_CLASSES: Final = {
    "risk_results": ("RiskResult",),
    "targets": ("TargetLevel",),
    "requirements": ("Requirement",),
    "system": ("SystemRequirement",),
    "countermeasures": ("Countermeasure",),
    "components": ("Component",),
    "conduits": ("Conduit",),
    "safety_functions": ("SafetyFunction",),
    "shared_parts": ("Element", "Subsystem", "DataFlow", "DiagnosticTest", "ProtectionLayer"),
    "flows": ("DataFlow",),
    "verifications": ("Verification",),
}
_CHILDREN: Final = ("derivedFrom", "refines", "answers", "verifies")
_PLACES: Final = ("allocatedTo", "providedBy", "pathOver")
_HOSTS: Final = ("deployedOn", "runsOn")
_SHARING: Final = ("realisedBy", "carriedBy", "dependsOn")
_WHOLES: Final = ("partOfSubsystem", "partOfFunction", "layerFunction", "diagnoses")
_OTHERS: Final = (
    "asks",
    "evidencedBy",
    "foundationalRequirement",
    "hasAllocation",
    "instantiates",
    "mitigates",
    "requiredOf",
    "usesFlow",
)
_LINKS: Final = (*_CHILDREN, *_PLACES, *_HOSTS, *_SHARING, *_WHOLES, *_OTHERS)


class ImpactReference:
    """Answers Q1 for threat scenarios.

    Args:
        lines: N-Triples lines of the facts, ontology and catalogues among them; one may come more than once.
    """

    def __init__(self, lines: Iterable[bytes]) -> None:
        type_, below = RDF + "type", RDFS + "subClassOf"
        self._graph = Adjacency(
            lines,
            [*(NS + name for name in _LINKS), type_, below],
            [NS + "level", NS + "lowestLevel"],
            [DCTERMS + "identifier", DCTERMS + "title"],
        )
        numpy, graph = need_numpy(), self._graph
        self._iris = [name[1:-1] for name in graph.names]
        self._ahead = {name: graph.ahead(NS + name) for name in _LINKS}
        self._back = {name: graph.back(NS + name) for name in _LINKS}
        self._asked, self._needed = graph.values(NS + "level"), graph.values(NS + "lowestLevel")
        self._identifiers = graph.texts(DCTERMS + "identifier")
        self._titles = graph.texts(DCTERMS + "title")
        self._is = {}
        for bucket, names in _CLASSES.items():
            classes = numpy.array([graph.number(f"<{NS}{name}>") for name in names], dtype=numpy.int64)
            while len(more := numpy.unique(numpy.append(classes, graph.back(below).reached(classes)))) > len(classes):
                classes = more
            mask = numpy.zeros(len(graph.names), dtype=bool)
            mask[graph.back(type_).reached(classes)] = True
            self._is[bucket] = mask

    def reached(self, threat: str) -> Reached:
        """Return what the threat scenario with the IRI `threat` reaches, by bucket."""
        iris = self._iris
        found = {bucket: {iris[n]: True for n in nodes.tolist()} for bucket, nodes in self._walk(threat).items()}
        found["requirements"] |= dict.fromkeys(found.pop("contributing"), False)
        return found

    def answer(self, threat: str) -> dict[str, list[tuple[str, str, str, bool]]]:
        """Return the same with identifier and title of each entry: IRI, identifier, title, whether it is governed."""
        iris, identifiers, titles, walked = self._iris, self._identifiers, self._titles, self._walk(threat)
        found = {
            bucket: [(iris[n], identifiers[n], titles[n], True) for n in nodes.tolist()]
            for bucket, nodes in walked.items()
        }
        found["requirements"] += [(*entry[:3], False) for entry in found.pop("contributing")]
        return found

    def _walk(self, threat: str) -> dict[str, Nodes]:
        numpy = need_numpy()
        start = numpy.array([self._graph.number(f"<{threat}>")])
        children = self._back["derivedFrom"]
        first = children.reached(start)
        results = self._only(first, "risk_results")
        second = children.reached(results)
        targets = self._only(numpy.append(first, second), "targets")
        direct = self._only(numpy.append(first, second), "requirements")
        asked_for = self._only(children.reached(targets), "requirements")
        governed, measures, verifications = self._below(numpy.append(direct, self._governed(results)))
        system = governed[self._is["system"][governed]]
        other = governed[~self._is["system"][governed]]
        allocations = self._ahead["hasAllocation"].reached(system)
        places = self._along(allocations, self._ahead, _PLACES)
        measures = self._only(numpy.append(measures, places), "countermeasures")
        hosts = self._along(measures, self._ahead, _HOSTS)
        places = numpy.concatenate((places, hosts))
        components = self._only(places, "components")
        conduits = self._only(places, "conduits")
        parts, functions = self._sharing(numpy.append(components, conduits))
        naming = numpy.unique(self._back["mitigates"].reached(start))
        return {
            "risk_results": results,
            "targets": targets,
            "requirements": governed,
            "contributing": self._contributing(asked_for, governed),
            "countermeasures": measures,
            "components": components,
            "conduits": conduits,
            "safety_functions": functions,
            "shared_parts": parts,
            "verifications": verifications,
            "evidence": numpy.unique(self._ahead["evidencedBy"].reached(verifications)),
            "asked_of": self._only(self._ahead["requiredOf"].reached(other), "components"),
            "mitigated_by": naming,
            "via_countermeasures": numpy.unique(self._ahead["answers"].reached(naming)),
        }

    def _governed(self, results: Nodes) -> Nodes:
        """Return the requirements of the results' targets of which a result asks the level that they need."""
        numpy = need_numpy()
        of_result, demands = self._ahead["asks"].hop(results)
        of_demand, part = self._ahead["foundationalRequirement"].hop(demands)
        asked, of_result = self._asked[demands[of_demand]], of_result[of_demand]
        of_row, targets = self._back["derivedFrom"].hop(results[of_result])
        of_target, target_part = self._ahead["foundationalRequirement"].hop(targets)
        of_row, targets = of_row[of_target], targets[of_target]
        same = target_part == part[of_row]
        targets, asked = targets[same], asked[of_row[same]]
        of_pair, requirements = self._back["derivedFrom"].hop(targets)
        asked = asked[of_pair]
        of_requirement, entries = self._ahead["instantiates"].hop(requirements)
        needed = numpy.full(len(requirements), -1)
        needed[of_requirement] = self._needed[entries]
        return self._only(requirements[asked >= needed], "requirements")

    def _below(self, seeds: Nodes) -> tuple[Nodes, Nodes, Nodes]:
        """Return `seeds` and all requirements below them, what answers and what verifies any of them."""
        numpy = need_numpy()
        governed = frontier = numpy.unique(seeds)
        around = [numpy.empty(0, dtype=numpy.int64)]
        while len(frontier):
            near = self._along(frontier, self._back, _CHILDREN)
            around.append(near)
            frontier = numpy.setdiff1d(self._only(near, "requirements"), governed)
            governed = numpy.union1d(governed, frontier)
        everything = numpy.concatenate(around)
        return governed, self._only(everything, "countermeasures"), self._only(everything, "verifications")

    def _contributing(self, seeds: Nodes, governed: Nodes) -> Nodes:
        """Return those of `seeds` that are not governed, and all requirements below them that aren't either."""
        numpy = need_numpy()
        frontier = numpy.setdiff1d(seeds, governed)
        found: Nodes = frontier
        while len(frontier):
            near = self._only(self._along(frontier, self._back, _CHILDREN[:2]), "requirements")
            frontier = numpy.setdiff1d(near, numpy.append(governed, found))
            found = numpy.union1d(found, frontier)
        return found

    def _sharing(self, places: Nodes) -> tuple[Nodes, Nodes]:
        """Return the parts of safety functions that share components or conduits, and the functions."""
        numpy = need_numpy()
        near = self._along(places, self._back, _SHARING)
        parts = frontier = self._only(near, "shared_parts")
        around = [near]
        while len(frontier):
            near = self._along(frontier, self._ahead, _WHOLES)
            around.append(near)
            frontier = numpy.setdiff1d(self._only(near, "shared_parts"), parts)
            parts = numpy.union1d(parts, frontier)
        around.append(self._back["usesFlow"].reached(parts[self._is["flows"][parts]]))
        return parts, self._only(numpy.concatenate(around), "safety_functions")

    def _along(self, nodes: Nodes, links: dict[str, Links], names: Sequence[str]) -> Nodes:
        reached: Nodes = need_numpy().concatenate([links[name].reached(nodes) for name in names])
        return reached

    def _only(self, nodes: Nodes, bucket: str) -> Nodes:
        """Return those of `nodes` that belong into `bucket`, each once."""
        chosen: Nodes = need_numpy().unique(nodes[self._is[bucket][nodes]])
        return chosen

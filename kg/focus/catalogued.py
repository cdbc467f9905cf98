"""What the ontology tells about how much hangs on a node: values that many share, classes that only catalogues fill."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode, RdfFormat, parse

from kg.data import ontology_folder
from kg.rdf.names import NS, RDF, RDFS, XSD

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Catalogued", "read_catalogued"]

_TOLD: Final = (RDF + "type", RDFS + "subClassOf", RDFS + "range")


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What is few, and therefore shared by many. It decides which way is taken, never what can be found.

    Attributes:
        classes: IRIs of classes with instances in the files that come with Interlock: the same few for all projects.
        shared: IRIs of properties whose values are literals or instances of such classes.
        owned: IRIs of properties whose values are items of a project.
    """

    classes: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    owned: frozenset[str] = frozenset()


def read_catalogued() -> Catalogued:
    """Return what the ontology and the catalogues that come with Interlock tell."""
    folder = ontology_folder()
    files = [*sorted(folder.glob("*.ttl")), *sorted((folder / "catalogue").glob("*.ttl"))]
    told: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in _TOLD}
    for file in files:
        for quad in parse(path=file, format=RdfFormat.TURTLE):
            found = told.get(quad.predicate.value)
            if found is not None and isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                found[quad.object.value].add(quad.subject.value)
    classes = frozenset(iri for iri in told[RDF + "type"] if iri.startswith(NS))
    shared = {iri for iri in told[RDFS + "range"] if iri.startswith((XSD, RDF)) or _listed(iri, classes, told)}
    return Catalogued(
        classes,
        frozenset(one for iri, of in told[RDFS + "range"].items() if iri in shared for one in of),
        frozenset(one for iri, of in told[RDFS + "range"].items() if iri not in shared for one in of),
    )


def _listed(iri: str, classes: frozenset[str], told: Mapping[str, Mapping[str, set[str]]]) -> bool:
    """Tell whether all classes at the bottom of one have instances in the files."""
    below = told[RDFS + "subClassOf"].get(iri, set()) - {iri}
    return iri in classes or (bool(below) and all(_listed(one, classes, told) for one in below))

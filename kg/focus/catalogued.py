"""Classes whose instances the catalogues and the ontology list: few, the same for all projects, so all may be read."""

from __future__ import annotations

from pyoxigraph import NamedNode, RdfFormat, parse

from kg.data import ontology_folder
from kg.rdf.names import NS, RDF

__all__ = ["catalogued_classes"]

_TYPE = NamedNode(RDF + "type")


def catalogued_classes() -> frozenset[str]:
    """Return the IRIs of the classes of ours that have instances in the files that come with Interlock."""
    folder = ontology_folder()
    files = [*sorted(folder.glob("*.ttl")), *sorted((folder / "catalogue").glob("*.ttl"))]
    return frozenset(
        quad.object.value
        for file in files
        for quad in parse(path=file, format=RdfFormat.TURTLE)
        if quad.predicate == _TYPE and isinstance(quad.object, NamedNode) and quad.object.value.startswith(NS)
    )

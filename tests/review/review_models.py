"""Small models in Turtle, as readers, as graph files, and with what the ontology declares."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse

from kg.project.builtin import builtin_files, read_builtin
from kg.rdf.skolem import skolemise
from kg.review.content import ContentRules
from kg.review.streaming import fingerprints
from kg.store import memory_reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.store import EmbeddedReader

BASE = "https://plant.example/"
PREFIXES = """
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://plant.example/> .
"""


@cache
def ontology() -> tuple[bytes, ...]:
    """The ontology as N-Triples lines, without the catalogues."""
    return tuple(line for iri, path in builtin_files().items() if "/ontology/" in iri for line in read_builtin(path))


@cache
def rules() -> ContentRules:
    return ContentRules.of(memory_reader(b"".join(ontology())))


def lines(turtle: str, format_: RdfFormat = RdfFormat.TURTLE) -> list[bytes]:
    """The lines that a source would be kept as."""
    text = PREFIXES + turtle if format_ == RdfFormat.TURTLE else turtle
    triples = (quad.triple for quad in parse(text.encode(), format=format_, base_iri=BASE))
    return skolemise([f"{triple} .\n".encode() for triple in triples], BASE)


def reader(*graphs: Iterable[bytes]) -> EmbeddedReader:
    return memory_reader([*ontology(), *(line for graph in graphs for line in graph)])


def streamed(*graphs: Iterable[bytes], declared: ContentRules | None = None) -> dict[str, str]:
    """Fingerprints from graph files, cut into chunks of a few lines."""
    kept = [sorted(set(graph)) for graph in graphs]
    found = list(fingerprints([lambda own=graph: _chunks(own) for graph in kept], declared or rules()))
    assert len(found) == len(dict(found))
    return dict(found)


def _chunks(graph: list[bytes]) -> list[bytes]:
    return [b"".join(graph[at : at + 3]) for at in range(0, len(graph), 3)]

"""The example plant as triples, and as a project with its findings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from kg.data import examples_folder, ontology_folder
from kg.rdf.names import DCTERMS, NS, RDF

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PLANT_BASE = "https://example.org/te-plant/"
TUTORIAL_BASE = "https://example.org/pump-station/"


class Model:
    """Triples with the few questions that the tests ask, in plain Python: no engine of ours is in between."""

    def __init__(self, triples: Iterable[ox.Triple], base: str) -> None:
        self.triples = list(triples)
        self.base = base
        self._out: dict[tuple[str, str], list[ox.NamedNode | ox.BlankNode | ox.Literal]] = defaultdict(list)
        self._in: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._classes: dict[str, list[str]] = defaultdict(list)
        for triple in self.triples:
            subject, predicate, value = triple.subject.value, triple.predicate.value, triple.object
            self._out[subject, predicate].append(value)
            self._in[value.value, predicate].append(subject)
            if predicate == f"{RDF}type":
                self._classes[value.value].append(subject)

    def all(self, class_: str) -> list[str]:
        """Return the IRIs of the instances of one of our classes."""
        return self._classes[NS + class_]

    def values(self, node: str, property_: str) -> list[str]:
        return [value.value for value in self._out[node, NS + property_]]

    def value(self, node: str, property_: str) -> str:
        (only,) = self.values(node, property_)
        return only

    def number(self, node: str, property_: str, default: float | None = None) -> float:
        values = self.values(node, property_)
        return float(values[0]) if values or default is None else default

    def naming(self, node: str, property_: str) -> list[str]:
        """Return what names `node` by one of our properties."""
        return self._in[node, NS + property_]

    def id(self, node: str) -> str:
        (only,) = self._out[node, f"{DCTERMS}identifier"]
        return only.value

    def named(self, identifier: str) -> str:
        (only,) = self._in[identifier, f"{DCTERMS}identifier"]
        return only

    def of(self, local: str) -> str:
        """Return the IRI that a relative one stands for."""
        return self.base + local


def parse(folder: Path, base: str) -> list[ox.Triple]:
    return [
        quad.triple
        for file in sorted(folder.glob("*.ttl"))
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=base)
    ]


@pytest.fixture(scope="session")
def plant() -> Model:
    return Model(parse(examples_folder() / "plant" / "model", PLANT_BASE), PLANT_BASE)


@pytest.fixture(scope="session")
def tutorial() -> Model:
    return Model(parse(examples_folder() / "tutorial" / "model", TUTORIAL_BASE), TUTORIAL_BASE)


@pytest.fixture(scope="session")
def words() -> frozenset[str]:
    """Everything that ontology and catalogues define."""
    folder = ontology_folder()
    files = [*folder.glob("*.ttl"), *(folder / "catalogue").glob("*.ttl")]
    return frozenset(
        quad.subject.value
        for file in files
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode)
    )

"""The catalogues as they are shipped, to be asked by SPARQL."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from kg.ontology.vocabulary import catalogue_files, load_vocabulary, module_files
from kg.rdf.names import PREFIXES
from kg.store import Reader, memory_reader

if TYPE_CHECKING:
    from pathlib import Path

Ask = Callable[[str], list[tuple[str, ...]]]
_DECLARED = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in PREFIXES.items())


@pytest.fixture(scope="session")
def catalogue() -> Reader:
    """Ontology and catalogues in one graph."""
    return memory_reader(load_vocabulary([*module_files(), *catalogue_files()]).triples)


@pytest.fixture(scope="session")
def ask(catalogue: Reader) -> Ask:
    """Ask a SELECT query; a row is its values as text, sorted."""

    def run(query: str) -> list[tuple[str, ...]]:
        rows = catalogue.select(_DECLARED + query)
        return sorted(tuple("" if cell is None else getattr(cell, "value", "") for cell in row) for row in rows)

    return run


@pytest.fixture(scope="session")
def rows(shared: Path) -> Callable[[str], list[dict[str, str]]]:
    """Read one of the tables that the catalogues were made from."""

    def read(name: str) -> list[dict[str, str]]:
        with (shared / "catalogue" / name).open(newline="", encoding="utf-8") as file:
            return list(_records(file))

    return read


def _records(file: Iterator[str]) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(file)

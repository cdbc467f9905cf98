"""Small models of one question each, as readers."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, parse

from kg.project.builtin import builtin_files, read_builtin
from kg.rdf.skolem import skolemise
from kg.store import memory_reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.store import EmbeddedReader, Reader, Rows

CASES = Path(__file__).parents[1] / "cases" / "questions"
BASE = "https://example.org/case/"


@cache
def builtin() -> bytes:
    """Ontology and catalogues as N-Triples."""
    return b"".join(line for path in builtin_files().values() for line in read_builtin(path))


@cache
def model(slug: str) -> bytes:
    """The model of a case as N-Triples."""
    triples = (q.triple for q in parse((CASES / slug / "model.ttl").read_bytes(), format=RdfFormat.TURTLE))
    return b"".join(skolemise([f"{triple} .\n".encode() for triple in triples], BASE))


@cache
def reader_of(slug: str) -> EmbeddedReader:
    return memory_reader([builtin(), model(slug)])


def asked(slug: str) -> Iterable[dict[str, Any]]:
    """The questions that a case asks, with what the answers must be."""
    return tomllib.loads((CASES / slug / "expected.toml").read_text("utf-8"))["ask"]


def slugs() -> list[str]:
    return sorted(path.name for path in CASES.iterdir())


class Recorder:
    """A reader that notes down each query that it is asked."""

    def __init__(self, reader: Reader) -> None:
        self.queries: list[str] = []
        self._reader = reader

    def select(self, query: str) -> Rows:
        self.queries.append(query)
        return self._reader.select(query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

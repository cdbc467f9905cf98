"""The read-only graphs: ontology and catalogue as they come with Interlock. They are ours: no guarded parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, parse

from kg.data import ontology_folder
from kg.errors import InterlockError
from kg.rdf.names import BASE, GRAPH
from kg.rdf.skolem import skolemise

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["builtin_files", "read_builtin"]


def builtin_files() -> dict[str, Path]:
    """Return the IRI of each read-only graph → its Turtle file. Alignments to other vocabularies are not among them."""
    folder = ontology_folder()
    ontology = {f"{GRAPH}ontology/{path.stem}": path for path in sorted(folder.glob("*.ttl"))}
    catalogue = {f"{GRAPH}catalogue/{path.stem}": path for path in sorted((folder / "catalogue").glob("*.ttl"))}
    return ontology | catalogue


def read_builtin(path: Path) -> list[bytes]:
    """Return the facts of one of our own Turtle files as sorted unique lines.

    Raises:
        InterlockError: the file is broken, so Interlock was not installed whole.
    """
    try:
        triples = [str(quad.triple) for quad in parse(path=path, format=RdfFormat.TURTLE, rename_blank_nodes=True)]
    except (OSError, SyntaxError) as error:
        raise InterlockError(f"{path}, a part of Interlock, is broken: {error}; install Interlock again") from error
    return skolemise([f"{triple} .\n".encode() for triple in triples], BASE, name=str(path))

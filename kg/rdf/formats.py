"""The RDF formats that Interlock reads, told by extension and by content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat

from kg.errors import BrokenFile

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMATS", "Format", "by_content", "by_extension", "by_name", "sniff"]


@dataclass(frozen=True, slots=True)
class Format:
    """One RDF syntax.

    Attributes:
        name: short name, as ``--as`` takes it.
        title: the name people use.
        rdf: the parser's format.
        extensions: file name extensions without the dot, the usual one first.
    """

    name: str
    title: str
    rdf: RdfFormat
    extensions: tuple[str, ...]


FORMATS: Final = (
    Format("turtle", "Turtle", RdfFormat.TURTLE, ("ttl", "turtle")),
    Format("trig", "TriG", RdfFormat.TRIG, ("trig",)),
    Format("ntriples", "N-Triples", RdfFormat.N_TRIPLES, ("nt", "ntriples")),
    Format("nquads", "N-Quads", RdfFormat.N_QUADS, ("nq", "nquads")),
    Format("rdfxml", "RDF/XML", RdfFormat.RDF_XML, ("rdf", "owl", "rdfxml", "xml")),
    Format("jsonld", "JSON-LD", RdfFormat.JSON_LD, ("jsonld", "json")),
)

_TEXT: Final = ("turtle", "trig", "ntriples", "nquads")
_CONTENT: Final = (
    ("rdfxml", re.compile(rb"\s*<(\?xml\b|!DOCTYPE\b|!--|rdf:RDF\b)")),
    ("jsonld", re.compile(rb'\s*(\{\s*"|\[\s*[{"])')),
    ("turtle", re.compile(rb"(\s|#[^\n]*\n)*@?(prefix|base)\s", re.IGNORECASE)),
    ("nquads", re.compile(rb'(\s|#[^\n]*\n)*(<[^<>\s]*>|_:\S+)\s+<[^<>\s]*>\s+[<_"]')),
)


def by_name(name: str) -> Format | None:
    """Return the format called `name`, None where there is none."""
    return next((f for f in FORMATS if f.name == name), None)


def by_extension(path: Path) -> Format | None:
    """Return the format that the extension of `path` promises, None where it promises none of ours."""
    extension = path.suffix[1:].lower()
    return next((f for f in FORMATS if extension in f.extensions), None)


def by_content(head: bytes) -> Format | None:
    """Return the format that the first bytes of a file show, None where they show none of ours."""
    return next((by_name(name) for name, pattern in _CONTENT if pattern.match(head)), None)


def sniff(path: Path, head: bytes) -> Format:
    """Tell the RDF format of a file by its extension and its first bytes.

    Args:
        path: the file; only its name is used.
        head: its first few kilobytes, without a byte order mark.

    Raises:
        BrokenFile: the content is of another format than the extension says, or neither tells.
    """
    named, found = by_extension(path), by_content(head)
    if named is None and found is None:
        known = ", ".join(f".{f.extensions[0]}" for f in FORMATS)
        what = f"is no file that Interlock can read (import --list tells the kinds); RDF must be named {known}"
        raise BrokenFile(str(path), what)
    if named is None or found is None:
        return named or found or FORMATS[0]
    if named.name == found.name or (named.name in _TEXT and found.name in _TEXT):
        return named
    if path.suffix.lower() == ".owl":  # names an ontology rather than a syntax
        return found
    raise BrokenFile(
        str(path),
        f"is named {path.suffix} but holds {found.title}; name it .{found.extensions[0]} or say --as {found.name}",
    )

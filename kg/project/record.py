"""Change records: one file per commit, named by the SHA-256 of its bytes, never changed.

A record is TriG that any tool reads. Its default graph says who, when, why and with what, on top of which changes, and
what each source hashed to. After that come, for each graph that changed, the blocks ``<graph#added>`` and
``<graph#removed>`` with one sorted N-Triples line per triple, so that a million of them are written and read without a
parser.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kg.project.blocks import CLOSE, OPEN, Blocks, damaged
from kg.rdf.names import DCTERMS, NS, PREFIXES, RDF, XSD
from kg.rdf.ntriples import sync_folder
from kg.rdf.terms import line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from kg.rdf.terms import Node, Term
    from kg.store import Delta

__all__ = [
    "MERGED",
    "RECORDED",
    "RETIRED",
    "Header",
    "SourceState",
    "read_deltas",
    "read_header",
    "record_facts",
    "write_record",
]

MERGED: Final = "merged"
"""Digest of a source whose file branches changed beside each other; never recorded."""

RECORDED: Final = "recorded"
"""Digest of a source that has no file: its facts are in the records alone."""

RETIRED: Final = "retired"
"""Digest of a source whose file is gone."""

_INVALIDATED: Final = PREFIXES["prov"] + "invalidatedAtTime"
_HEAD: Final = b"# Interlock change record 1. Never edit it: it is named by the SHA-256 of its bytes.\n"


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as it was when a change was recorded.

    Attributes:
        graph: IRI of its graph.
        name: its name in the project.
        digest: ``sha256:…`` of its file, `RECORDED` or `RETIRED`.
        kind: the importer that the project named for it; empty where it was told by the file.
    """

    graph: str
    name: str
    digest: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """What a change says about itself.

    Attributes:
        base: base IRI of the project.
        parents: ids of the changes that it builds on, sorted.
        when: time in UTC, ``2026-11-23T13:55:02Z``.
        who: the git user, else the user of the system.
        why: the reason.
        tool: program and version.
        sources: the sources that it speaks of.
    """

    base: str
    parents: tuple[str, ...]
    when: str
    who: str
    why: str
    tool: str
    sources: tuple[SourceState, ...] = field(default=())


def write_record(folder: Path, header: Header, deltas: Mapping[str, Delta]) -> str:
    """Write a record, synced to disk, and return its id."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / ".draft.tmp"
    digest = hashlib.sha256()
    with draft.open("wb") as file:
        for chunk in _chunks(header, deltas):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    id_ = digest.hexdigest()
    draft.replace(folder / f"{id_}.trig")
    sync_folder(folder)
    return id_


def read_header(path: Path) -> Header:
    """Return what the record at `path` says about itself; its hash is not verified.

    Raises:
        BrokenFile: the file is no record.
    """
    head = []
    with path.open("rb") as file:
        for text in file:
            if text.endswith(OPEN):
                break
            head.append(text)
    try:
        triples = [quad.triple for quad in parse(b"".join(head), format=RdfFormat.N_TRIPLES)]
    except SyntaxError as error:
        raise damaged(path) from error
    about: dict[str, list[tuple[str, str]]] = {}
    for triple in triples:
        value = triple.object.value if isinstance(triple.object, NamedNode | Literal) else ""
        about.setdefault(str(triple.subject), []).append((triple.predicate.value, value))
    change = {name: value for name, value in about.get("_:change", []) if name.startswith(NS)}
    if (
        not head
        or head[0] != _HEAD
        or not {NS + n for n in ("recordedAt", "recordedBy", "reason", "tool")} <= set(change)
    ):
        raise damaged(path)
    sources = []
    for subject, pairs in sorted(about.items()):
        facts = dict(pairs)
        if NS + "sourceName" in facts:
            digest = f"sha256:{facts[NS + 'sha256']}" if NS + "sha256" in facts else RECORDED
            digest = RETIRED if _INVALIDATED in facts else digest
            name, kind = facts[NS + "sourceName"], facts.get(DCTERMS + "format", "")
            sources.append(SourceState(subject[1:-1], name, digest, kind))
    return Header(
        base=dict(about["_:change"]).get(_BASE, ""),
        parents=tuple(sorted(v.rpartition("/")[2] for n, v in about["_:change"] if n == NS + "parentChange")),
        when=change[NS + "recordedAt"],
        who=change[NS + "recordedBy"],
        why=change[NS + "reason"],
        tool=change[NS + "tool"],
        sources=tuple(sources),
    )


def read_deltas(path: Path) -> dict[str, Delta]:
    """Return what the record at `path` adds to and removes from each graph.

    Raises:
        BrokenFile: its content is not what its name says.
    """
    return Blocks(path).all()


def record_facts(id_: str, header: Header) -> list[bytes]:
    """Return the facts about a change that questions may ask for: the lines of it in the graph ``graph/record``."""
    change = NamedNode(f"{header.base}change/{id_}")
    return sorted(
        [
            *_about(change, header),
            line(change, NamedNode(DCTERMS + "identifier"), Literal(f"change {id_[:12]}")),
            line(change, NamedNode(DCTERMS + "title"), Literal(header.why)),
            line(change, NamedNode(NS + "contentHash"), Literal(id_)),
        ]
    )


_BASE: Final = DCTERMS + "isPartOf"


def _about(change: Node, header: Header) -> Iterator[bytes]:
    facts: list[tuple[str, Term]] = [
        (RDF + "type", NamedNode(NS + "Change")),
        (NS + "recordedAt", Literal(header.when, datatype=NamedNode(XSD + "dateTime"))),
        (NS + "recordedBy", Literal(header.who)),
        (NS + "reason", Literal(header.why)),
        (NS + "tool", Literal(header.tool)),
        *((NS + "parentChange", NamedNode(f"{header.base}change/{parent}")) for parent in header.parents),
    ]
    for name, value in facts:
        yield line(change, NamedNode(name), value)


def _chunks(header: Header, deltas: Mapping[str, Delta]) -> Iterator[bytes]:
    change = BlankNode("change")
    yield _HEAD
    yield from _about(change, header)
    yield line(change, NamedNode(_BASE), NamedNode(header.base))
    for source in header.sources:
        node = NamedNode(source.graph)
        yield line(change, NamedNode(NS + "hasSourceState"), node)
        yield line(node, NamedNode(RDF + "type"), NamedNode(NS + "SourceState"))
        yield line(node, NamedNode(NS + "sourceName"), Literal(source.name))
        if source.digest == RETIRED:
            yield line(node, NamedNode(_INVALIDATED), Literal(header.when, datatype=NamedNode(XSD + "dateTime")))
        elif source.digest != RECORDED:
            yield line(node, NamedNode(NS + "sha256"), Literal(source.digest.removeprefix("sha256:")))
        if source.kind:
            yield line(node, NamedNode(DCTERMS + "format"), Literal(source.kind))
    blocks = [
        (graph, verb, suffix, lines)
        for graph, delta in sorted(deltas.items())
        for verb, suffix, lines in (("adds", "added", delta.added), ("removes", "removed", delta.removed))
        if lines
    ]
    for number, (graph, verb, suffix, _) in enumerate(blocks):
        node_of = BlankNode(f"quads{number}")
        yield line(change, NamedNode(NS + verb), node_of)
        yield line(node_of, NamedNode(RDF + "type"), NamedNode(NS + "QuadSet"))
        yield line(node_of, NamedNode(NS + "inGraph"), NamedNode(graph))
        yield line(node_of, NamedNode(NS + "content"), NamedNode(f"{graph}#{suffix}"))
    for graph, _, suffix, lines in blocks:
        yield f"<{graph}#{suffix}>".encode() + OPEN
        yield b"".join(lines)
        yield CLOSE

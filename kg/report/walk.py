"""What every rendering of a trace needs: its nodes, its links, its paths as one tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.rdf.names import PREFIXES, curie
from kg.values import Item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.values import Trace

__all__ = ["Branch", "item_of", "links", "nodes", "tree"]


@dataclass(slots=True)
class Branch:
    """A node of the tree of paths, with what hangs below it in the order of the paths."""

    iri: str
    below: dict[str, Branch] = field(default_factory=dict)


def nodes(trace: Trace) -> dict[str, Item]:
    """Return IRI → item for everything in `trace` that has a name."""
    known = {entry.item.iri: entry.item for _, entries in trace.buckets for entry in entries}
    return known | {trace.start.iri: trace.start}


def item_of(iri: str, known: Mapping[str, Item], prefixes: Mapping[str, str] = PREFIXES) -> Item:
    """Return the item at `iri`; one that nobody named goes by its CURIE or IRI."""
    return known.get(iri) or Item(iri, curie(iri, dict(prefixes)))


def links(trace: Trace) -> dict[tuple[str, str], str]:
    """Return source and target → what the link between them says, the first one where there are several."""
    found: dict[tuple[str, str], str] = {}
    for step in trace.steps:
        found.setdefault((step.source, step.target), step.link)
    return found


def tree(trace: Trace) -> Branch:
    """Return the paths of `trace` as one tree that begins at its start."""
    root = Branch(trace.start.iri)
    for path in trace.paths:
        at = root
        for iri in path[1:] if path and path[0] == root.iri else path:
            at = at.below.setdefault(iri, Branch(iri))
    return root

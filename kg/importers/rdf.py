"""RDF in its usual syntaxes: taken as it stands, parsed in a guarded process.

The graphs of a dataset are merged, because each source is one named graph of the project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.importers.conversion import Caveat, Conversion
from kg.rdf.formats import FORMATS, by_name
from kg.rdf.guard import Request, parse_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.project.sources import Source
    from kg.rdf.guard import Limits, ParsedFile

__all__ = ["convert"]


def convert(sources: Sequence[Source], base: str, limits: Limits) -> list[Conversion]:
    """Convert files of RDF, all in one worker.

    Args:
        sources: each of a kind that is the name of a format in `kg.rdf.formats`, or empty to tell by the content.
        base: base IRI of the project, against which relative IRIs resolve.
        limits: what each file may cost.

    Raises:
        BrokenFile: the first file that does not parse.
        LimitExceeded: the first file that goes beyond a limit.
    """
    requests = []
    for one in sources:
        syntax = by_name(one.kind)
        requests.append(Request(one.path, syntax.rdf if syntax else None, base, one.shown))
    parsed = parse_files(requests, limits=limits, merge_graphs=True)
    return [_conversion(one, result) for one, result in zip(sources, parsed, strict=True)]


_NAMED = 3
"""Most graphs that a caveat names."""


def _conversion(one: Source, parsed: ParsedFile) -> Conversion:
    caveats: tuple[Caveat, ...] = ()
    if len(parsed.graphs) > 1:
        names = ", ".join(parsed.graphs[:_NAMED]) + (" …" if len(parsed.graphs) > _NAMED else "")
        caveats = (Caveat(one.shown, f"{len(parsed.graphs)} named graphs ({names}) became one graph of the project"),)
    if not parsed.count:
        caveats = (*caveats, Caveat(one.shown, "states nothing that could be read as RDF: is it of another kind?"))
    kind = next(f.name for f in FORMATS if f.rdf == parsed.format)
    return Conversion(kind, parsed.lines, caveats, parsed.prefixes)

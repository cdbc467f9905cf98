"""Which importers there are, and which one reads a file.

kind        reads
turtle, trig, ntriples, nquads, rdfxml, jsonld    RDF, as it stands
attack      MITRE ATT&CK for ICS, a STIX 2.1 bundle
csaf        CSAF 2.0 advisory or VEX
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kg.errors import BrokenFile, InputError
from kg.importers import attack, csaf, rdf
from kg.importers.json_reader import load
from kg.rdf.formats import FORMATS, by_content

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kg.importers.conversion import Conversion
    from kg.project.sources import Source
    from kg.rdf.guard import Limits

__all__ = ["KINDS", "Kind", "convert"]

_HEAD: Final = 4096
_LINKED: Final = ("@context", "@graph", "@id", "@type")


class Kind(NamedTuple):
    """One kind of source: its name, as ``--as`` takes it, and what it is."""

    name: str
    title: str


class _JsonImporter(NamedTuple):
    kind: Kind
    recognises: Callable[[object], bool]
    convert: Callable[[Any, str, str], Conversion]


_JSON: Final = (
    _JsonImporter(Kind("attack", "MITRE ATT&CK for ICS (STIX 2.1 bundle)"), attack.recognises, attack.convert),
    _JsonImporter(Kind("csaf", "CSAF 2.0 advisory or VEX"), csaf.recognises, csaf.convert),
)
KINDS: Final = (*(Kind(f.name, f.title) for f in FORMATS), *(one.kind for one in _JSON))
"""Every kind of source, in the order in which people see them."""


def convert(sources: Sequence[Source], base: str, limits: Limits) -> list[Conversion]:
    """Convert files of any kind into facts, in their order; what a `Project` is given as its converter.

    Args:
        sources: what to read; files of RDF share one guarded worker.
        base: base IRI of the project.
        limits: what each file may cost.

    Raises:
        InputError: a kind that there is not.
        BrokenFile: a file that no importer knows, or that has an error in it.
        LimitExceeded: a file that goes beyond a limit.
    """
    results: dict[int, Conversion] = {}
    linked: list[int] = []
    for number, one in enumerate(sources):
        importer, document = _choose(one, limits)
        if importer is None:
            linked.append(number)
        else:
            results[number] = importer.convert(document, one.shown, base)
    results.update(zip(linked, rdf.convert([sources[number] for number in linked], base, limits), strict=True))
    return [results[number] for number in range(len(sources))]


def _choose(one: Source, limits: Limits) -> tuple[_JsonImporter | None, Any]:
    """Return the importer of a JSON document with the document, or None for RDF."""
    if one.kind:
        importer = next((i for i in _JSON if i.kind.name == one.kind), None)
        if importer is not None:
            return importer, load(one.path, one.shown, limits)
        if one.kind not in {kind.name for kind in KINDS}:
            names = ", ".join(kind.name for kind in KINDS)
            raise InputError(f"{one.shown}: there is no kind of source called {one.kind!r}; there are {names}")
        return None, None
    extension = Path(one.shown).suffix.lower()
    if extension == ".jsonld" or not _looks_like_json(one.path, extension):
        return None, None
    document = load(one.path, one.shown, limits)
    importer = next((i for i in _JSON if i.recognises(document)), None)
    if importer is None and not _is_linked(document):
        names = ", ".join(i.kind.title for i in _JSON)
        raise BrokenFile(one.shown, f"is JSON, but none that Interlock knows: {names}, or JSON-LD")
    return importer, document


def _looks_like_json(path: Path, extension: str) -> bool:
    try:
        if not path.is_file():  # a pipe may have no end; the reader of RDF says what is wrong with it
            return False
        with path.open("rb") as file:
            found = by_content(file.read(_HEAD).removeprefix(b"\xef\xbb\xbf"))
    except OSError:  # the reader of RDF says so
        return False
    return (found is not None and found.name == "jsonld") or (found is None and extension == ".json")


def _is_linked(document: object) -> bool:
    """Return whether `document` has a keyword of JSON-LD at its top."""
    tops = document if isinstance(document, list) else [document]
    return any(isinstance(top, dict) and any(key in top for key in _LINKED) for top in tops)

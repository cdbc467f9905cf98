"""Where an impact analysis sends people: a lifecycle phase, a zone to assess anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.errors import InputError
from kg.project.items import resolve
from kg.rdf.names import NS, RDF, RDFS
from kg.rdf.terms import values

if TYPE_CHECKING:
    from kg.store import Reader

__all__ = ["phase_of", "zone_of"]


def phase_of(reader: Reader, number: str) -> str:
    """Return the IRI of the lifecycle phase with a number, such as ``9``.

    Raises:
        InputError: there is none, or there are several.
    """
    query = f"SELECT ?phase ?number WHERE {{ ?phase <{RDF}type> <{NS}LifecyclePhase> ; <{NS}phaseNumber> ?number }}"
    phases = {
        phase.value: found.value
        for phase, found in reader.select(query)
        if isinstance(phase, NamedNode) and isinstance(found, Literal)
    }
    wanted = [iri for iri, found in phases.items() if found == number.strip()]
    if not wanted:
        numbers = sorted({int(found) for found in phases.values() if found.isdecimal()})
        known = f"{numbers[0]} to {numbers[-1]}" if numbers else "none is known"
        raise InputError(f"{number!r} is no phase of the safety lifecycle (IEC 61508-1): {known}")
    if len(wanted) > 1:
        raise InputError(f"several lifecycles have a phase {number}: {', '.join(sorted(wanted))}")
    return wanted[0]


def zone_of(reader: Reader, name: str, prefixes: dict[str, str]) -> str:
    """Return the IRI of the zone or conduit that somebody named.

    Raises:
        InputError: it is something else.
    """
    item = resolve(reader, name, prefixes)
    (block,) = values("item", [NamedNode(item.iri)])
    if not reader.ask(f"ASK {{ {block} ?item <{RDF}type>/<{RDFS}subClassOf>* <{NS}SecurityScope> }}"):
        raise InputError(f"{item.id} is {item.kind or 'of no known class'}; a zone or conduit is assessed anew")
    return item.iri

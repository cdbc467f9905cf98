"""How suspicion runs, as the ontology declares it.

``il:suspicion`` says which end of a link rests on the other, and so becomes suspect when the other *changes*: subject,
object or both. An end that is merely *suspect* passes that on in one or more of three respects, each declared apart,
because it is a different question that has to be asked again:

need (``il:passesNeed``)
    is it still asked for, and asked rightly? Runs down from threat, risk and target to requirement, verification and
    measure. A threat that changed makes nobody ask whether a device still works.
fulfilment (``il:passesFulfilment``)
    does it still do what it should? Runs from products, components, measures, evidence and data to the requirements,
    verifications, claims and safety functions that count on them. It never runs on to what those requirements ask for:
    else one component would shake all components of its zone.
configuration (``il:passesConfiguration``)
    is it still set up as it was judged? Runs from a setting or an installed measure over its component to what is bound
    to the settings of that time (verifications, evidence, elements, flows), not to the component's requirements.

A link that passes nothing on ends the spread: its far end is suspect, what hangs there is not. So ends membership: a
device that changed makes one look at its zone, not at the zone's other devices, risks and targets; a device that a
threat aims at makes one look at the threat, not at all that the threat asks for.

Suspicion never runs to catalogue entries or people (no declared link has them as its resting end); never up from a
child to its parent by ``il:derivedFrom``, or from a verification to its requirement; never from an item to its old
impact analysis (it judged one change, and the change that it judged is no ground to doubt it); and in no respect both
ways over one link, so it can't come back and fan out again.

A claim that assumes a setting by its name relies on the settings of that name of all components of the product
(``il:reliesOnSetting``, derived). A range of versions may mean any of them, so what is said of it concerns the product,
and with it all its versions (``il:coversVersionsOf``).

A link that a part holds for its item (an allocation, an interface, a consequence) counts as the item's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.rdf.names import NS, RDFS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.store import Reader

__all__ = ["FLOWS", "Declared", "read_declared"]

FLOWS: Final = ("passesNeed", "passesFulfilment", "passesConfiguration")
"""The respects in which suspicion is passed on, as local names of the properties that declare them."""

_PART: Final = NS + "Part"


@dataclass(frozen=True, slots=True)
class Declared:
    """What the ontology says about the spread of suspicion.

    Attributes:
        rests: property → its ends that rest on the other: ``subject``, ``object``, or both.
        passes: property and end → the respects, as in `FLOWS`, in which that end takes over the other's suspicion.
        to_parts: properties that lead from an item to a part of it.
        of_parts: properties whose subject is always a part.
        parts: the classes of parts.
        results: the classes of risk results.
        targets: the classes of target levels.
        causes: class or property → what a change of it is called.
        above: class → the classes above it.
    """

    rests: Mapping[str, frozenset[str]]
    passes: Mapping[tuple[str, str], frozenset[str]]
    to_parts: frozenset[str]
    of_parts: frozenset[str]
    parts: frozenset[str]
    results: frozenset[str]
    targets: frozenset[str]
    causes: Mapping[str, str]
    above: Mapping[str, frozenset[str]]


def read_declared(reader: Reader) -> Declared:
    """Return what the ontology in `reader` declares."""
    rests: dict[str, frozenset[str]] = {}
    passes: dict[tuple[str, str], frozenset[str]] = {}
    for property_, value in _pairs(reader, NS + "suspicion"):
        rests[property_] = _ends(value)
    for flow in FLOWS:
        for property_, value in _pairs(reader, NS + flow):
            for end in _ends(value):
                passes[property_, end] = passes.get((property_, end), frozenset()) | {flow}
    above = _closure(_links(reader, RDFS + "subClassOf"))
    parts = _below(_PART, above)
    domains, ranges = _links(reader, RDFS + "domain"), _links(reader, RDFS + "range")
    return Declared(
        rests,
        passes,
        to_parts=frozenset(p for p, classes in ranges.items() if classes & parts),
        of_parts=frozenset(p for p, classes in domains.items() if classes & parts and p in rests),
        parts=parts,
        results=_below(NS + "RiskResult", above),
        targets=_below(NS + "TargetLevel", above),
        causes=dict(_pairs(reader, NS + "changeCause")),
        above=above,
    )


def _ends(value: str) -> frozenset[str]:
    return frozenset({"subject", "object"} if value == "both" else {value})


def _pairs(reader: Reader, property_: str) -> list[tuple[str, str]]:
    """Return the IRI and the text of each statement of an annotation."""
    rows = reader.select(f"SELECT ?s ?o WHERE {{ ?s <{property_}> ?o }}")
    return [(s.value, o.value) for s, o in rows if isinstance(s, NamedNode) and isinstance(o, Literal)]


def _links(reader: Reader, property_: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for s, o in reader.select(f"SELECT ?s ?o WHERE {{ ?s <{property_}> ?o }}"):
        if isinstance(s, NamedNode) and isinstance(o, NamedNode):
            found[s.value] = found.get(s.value, frozenset()) | {o.value}
    return found


def _closure(links: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return each node → all nodes that it leads to over one link or more."""
    found: dict[str, frozenset[str]] = {}
    for node in links:
        seen: set[str] = set()
        todo = [node]
        while todo:
            new = links.get(todo.pop(), frozenset()) - seen
            seen |= new
            todo += new
        found[node] = frozenset(seen - {node})
    return found


def _below(class_: str, above: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset({class_, *(one for one, ups in above.items() if class_ in ups)})

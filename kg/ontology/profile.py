"""Whether an ontology stays in OWL 2 RL within OWL 2 DL, and which term leaves it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyowl2_profiles.patterns import make_rl_patterns
from pyowl2_profiles.structural import detect_dl_violations
from pyoxigraph import NamedNode

from kg.rdf.names import OWL, RDF, RDFS, XSD, curie
from kg.store import memory_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Triple

    from kg.store import Reader

__all__ = ["Violation", "check_profile"]

_XSD_NAMES: Final = (
    "string boolean decimal integer nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger long int "
    "short byte unsignedLong unsignedInt unsignedShort unsignedByte double float dateTime dateTimeStamp anyURI "
    "hexBinary base64Binary normalizedString token language Name NCName NMTOKEN"
)
_RDF_NAMES: Final = (RDFS + "Literal", RDF + "PlainLiteral", RDF + "XMLLiteral", RDF + "langString")

_ALLOWED: Final = frozenset(
    {
        "owl:AllDisjointClasses",
        "owl:propertyChainAxiom",
        "owl:IrreflexiveProperty",
        "owl:AsymmetricProperty",
        "owl:NegativeObjectPropertyAssertion",
        "owl:NegativeDataPropertyAssertion",
    }
)
"""What the detector reports although OWL 2 RL has it: section 4.2 excludes of all axioms only DisjointUnion and
ReflexiveObjectProperty."""

_DATATYPES: Final = f"""
SELECT DISTINCT ?s ?type WHERE {{
  {{ ?s <{RDFS}range>|<{OWL}allValuesFrom>|<{OWL}someValuesFrom>|<{OWL}onDatatype> ?type
     FILTER(STRSTARTS(STR(?type), "{XSD}") || STRSTARTS(STR(?type), "{OWL}r")) }}
  UNION
  {{ ?s ?p ?literal FILTER(isLiteral(?literal)) BIND(datatype(?literal) AS ?type) }}
}}"""


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A construct outside the profile.

    Attributes:
        profile: ``OWL 2 RL`` or ``OWL 2 DL``.
        term: IRI of the term concerned; for an anonymous expression, of the term that it hangs on.
        reason: one line.
    """

    profile: str
    term: str
    reason: str


def check_profile(triples: Iterable[Triple]) -> list[Violation]:
    """Return what leaves OWL 2 RL or OWL 2 DL, sorted; nothing where the ontology is in both.

    Args:
        triples: the merged modules; whatever they use must be declared in them.
    """
    reader = memory_reader(triples)
    found = {
        Violation("OWL 2 DL", item.subject_iri or "", f"{item.axiom_type}: {_short(item.details)}")
        for item in detect_dl_violations(_Queryable(reader), None)
    }
    for pattern in make_rl_patterns(None):
        if pattern.axiom_type not in _ALLOWED:
            reason = f"{pattern.axiom_type} is not allowed in this place"
            for row in reader.select(pattern.sample_sparql.removesuffix(" LIMIT 10")):
                found.add(Violation("OWL 2 RL", _owner(reader, row[0]), reason))
    supported = {XSD + name for name in _XSD_NAMES.split()}.union(_RDF_NAMES)  # profiles 4.2, without owl:real
    for subject, datatype in reader.select(_DATATYPES):
        name = datatype.value if isinstance(datatype, NamedNode) else ""
        if name not in supported:
            found.add(Violation("OWL 2 RL", _owner(reader, subject), f"{curie(name)} is no datatype of the profile"))
    return sorted(found)


class _Queryable:
    """What the detector expects of a store: ``query`` gives rows whose cells have names."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def query(self, text: str) -> Iterator[dict[str, Any]]:
        rows = self._reader.select(text)
        for row in rows:
            yield dict(zip(rows.variables, row, strict=True))


def _owner(reader: Reader, node: Any) -> str:
    """Return the IRI of `node`, or of the named term nearest above it."""
    seen = set()
    front = [node]
    while front:
        at = front.pop(0)
        if isinstance(at, NamedNode):
            return at.value
        if at not in seen:
            seen.add(at)
            front += sorted((subject for subject, _ in reader.incoming(at)), key=str)
    return str(node)


def _short(details: str) -> str:
    return " ".join(curie(word[1:-1]) if word[:1] == "<" and word[-1:] == ">" else word for word in details.split())

"""The SHACL terms that a rule may use, and what their values must be.

An engine ignores a term that it does not know, so a misspelt one would pass everything in silence: rules that use any
other term of the SHACL namespace are refused.
"""

from __future__ import annotations

from typing import Final

__all__ = ["COUNTS", "LISTS", "SHACL_TERMS", "TARGETS", "TRUTHS"]

COUNTS: Final = frozenset(
    "minCount maxCount minLength maxLength qualifiedMinCount qualifiedMaxCount".split()  # noqa: SIM905 - reads better
)
"""Parameters that take one ``xsd:integer``."""

TRUTHS: Final = frozenset(("uniqueLang", "closed", "deactivated", "qualifiedValueShapesDisjoint"))
"""Parameters that take one ``xsd:boolean``."""

LISTS: Final = frozenset(("and", "or", "xone", "in", "languageIn", "ignoredProperties", "alternativePath"))
"""Parameters that take an RDF list."""

TARGETS: Final = frozenset(("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target"))
"""How a shape selects its focus nodes."""

_OTHERS: Final = """
    NodeShape PropertyShape SPARQLConstraint SPARQLTarget PrefixDeclaration PropertyGroup
    Violation Warning Info IRI BlankNode Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral
    path inversePath zeroOrMorePath oneOrMorePath zeroOrOnePath
    class datatype nodeKind node property not hasValue pattern flags equals disjoint lessThan lessThanOrEquals
    minExclusive minInclusive maxExclusive maxInclusive qualifiedValueShape
    severity message name description order group defaultValue
    sparql select prefixes declare prefix namespace
"""

SHACL_TERMS: Final = COUNTS | TRUTHS | LISTS | TARGETS | frozenset(_OTHERS.split())
"""Local names of SHACL Core and of its SPARQL constraints, as both engines evaluate them."""

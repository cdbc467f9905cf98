"""Links with their states as resources of OSLC Link Validity 1.0.

The specification is a project draft (PSD 01; read in May 2026), without a vocabulary file. Its terms are taken from its
text and examples: ``subjectHash``, ``objectHash`` and ``status`` (valid, suspect, invalid) beside ``rdf:subject``,
``rdf:predicate`` and ``rdf:object``, who and when as ``dcterms:contributor`` and ``dcterms:modified``, the reason as
``oslc:comment``. The examples write the namespace without the dot of ``open-services.net``; it is written here as every
other namespace of OSLC is. A link that nobody judged has no record there, so it is left out.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Triple

from kg.rdf.names import DCTERMS, RDF, XSD
from kg.review.states import LinkState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.review.states import Standing

__all__ = ["HEAD", "LVS", "OSLC", "validity_triples"]

LVS: Final = "http://open-services.net/ns/lvs#"
OSLC: Final = "http://open-services.net/ns/core#"

HEAD: Final = "# OSLC Link Validity 1.0, a project draft (PSD 01): its terms may still change."
"""What such a file begins with."""


def validity_triples(standings: Iterable[Standing], base: str) -> Iterator[Triple]:
    """Yield the record of each link that was judged.

    Args:
        standings: the links.
        base: base IRI of the project.
    """
    for one in standings:
        if one.state is LinkState.UNREVIEWED:
            continue
        key = hashlib.sha256("\n".join((*one.link, one.source_print, one.target_print)).encode()).hexdigest()[:32]
        node = NamedNode(f"{base}link-validity/{key}")
        yield Triple(node, NamedNode(RDF + "subject"), NamedNode(one.link.source))
        yield Triple(node, NamedNode(RDF + "predicate"), NamedNode(one.link.property))
        yield Triple(node, NamedNode(RDF + "object"), NamedNode(one.link.target))
        yield Triple(node, NamedNode(LVS + "subjectHash"), Literal(one.source_print))
        yield Triple(node, NamedNode(LVS + "objectHash"), Literal(one.target_print))
        yield Triple(node, NamedNode(LVS + "status"), Literal(str(one.state)))
        if one.record is None or one.state is LinkState.SUSPECT:
            continue
        kind = XSD + ("dateTime" if "T" in one.record.when else "date")
        yield Triple(node, NamedNode(DCTERMS + "modified"), Literal(one.record.when, datatype=NamedNode(kind)))
        if one.record.by:
            yield Triple(node, NamedNode(DCTERMS + "contributor"), NamedNode(one.record.by))
        if one.record.reason:
            yield Triple(node, NamedNode(OSLC + "comment"), Literal(one.record.reason))

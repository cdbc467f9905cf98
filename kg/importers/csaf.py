"""CSAF 2.0 advisories and VEX: what a supplier says about the vulnerabilities of its products.

Kept: the advisory with its history and publisher, the products, the vulnerabilities with weakness and scores, one
status per vulnerability and product, and the remediations. Left out: acknowledgements, legal notes, references to
other pages.

A vulnerability, a product and an organisation have one IRI in all advisories. What an advisory says of them lives below
the advisory and names it by ``il:statedIn``, so two advisories that disagree stay apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kg.importers.conversion import Caveat, Conversion, Facts, dcterms, il
from kg.importers.csaf_products import ProductTree
from kg.importers.csaf_vulnerabilities import Vulnerabilities
from kg.importers.json_reader import Place
from kg.importers.slugs import digest, organisation_name, slug

if TYPE_CHECKING:
    from pyoxigraph import NamedNode

__all__ = ["convert", "recognises"]

_KIND: Final = "CSAF document"
_VERSION: Final = "2.0"
_STATUSES: Final = ("draft", "interim", "final")


def recognises(document: object) -> bool:
    """Return whether `document` says that it is CSAF."""
    top = document.get("document") if isinstance(document, dict) else None
    return isinstance(top, dict) and "csaf_version" in top


def convert(document: Any, shown: str, base: str) -> Conversion:
    """Convert an advisory.

    Args:
        document: the JSON document.
        shown: name of the file, for errors.
        base: base IRI of the project.

    Raises:
        BrokenFile: something that CSAF 2.0 demands is missing, of the wrong type, or refers to nothing.
    """
    top = Place(document, shown, _KIND)
    meta = top.object("document")
    if meta.text("csaf_version") != _VERSION:
        raise meta.broken(f"is {meta.text('csaf_version')!r}; CSAF {_VERSION} is what Interlock reads", "csaf_version")
    facts = Facts()
    advisory = _advisory(meta, base, facts)
    products = ProductTree(top, base, advisory.value, facts)
    vulnerabilities = Vulnerabilities(products, base, advisory, facts)
    caveats: list[Caveat] = [*products.caveats]
    for one in top.objects("vulnerabilities"):
        caveats.extend(vulnerabilities.read(one))
    return Conversion("csaf", facts.lines(), tuple(caveats))


def _advisory(meta: Place, base: str, facts: Facts) -> NamedNode:
    tracking = meta.object("tracking")
    identifier = tracking.text("id").strip()
    node = facts.item(
        f"{base}advisory/{slug(identifier)}", "Advisory", identifier, " ".join(meta.text("title").split())
    )
    status = tracking.text("status")
    if status not in _STATUSES:
        raise tracking.broken(f"{status!r} is no status; one of {', '.join(_STATUSES)} was expected", "status")
    facts.text(node, dcterms("type"), meta.text("category"))
    facts.text(node, dcterms("language"), meta.maybe_text("lang"))
    facts.text(node, il("version"), tracking.text("version"))
    facts.text(node, il("trackingStatus"), status)
    facts.text(node, il("releasedOn"), tracking.date_time("current_release_date"), "dateTime")
    facts.text(node, il("firstReleasedOn"), tracking.date_time("initial_release_date"), "dateTime")
    severity, sharing = meta.maybe("aggregate_severity"), meta.maybe("distribution")
    tlp = sharing.maybe("tlp") if sharing is not None else None
    facts.text(node, il("aggregateSeverity"), severity.text("text") if severity is not None else None)
    facts.text(node, il("trafficLightProtocol"), tlp.text("label") if tlp is not None else None)
    _publisher(meta.object("publisher"), node, base, facts)
    _history(tracking, node, facts)
    for note in meta.objects("notes"):
        if note.text("category") == "summary":
            facts.text(node, dcterms("description"), note.text("text"))
    for reference in meta.objects("references"):
        if reference.maybe_text("category") == "self":
            facts.text(node, il("uri"), reference.text("url"), "anyURI")
    return node


def _publisher(publisher: Place, advisory: NamedNode, base: str, facts: Facts) -> None:
    name = organisation_name(publisher.text("name"))
    node = facts.item(f"{base}organisation/{slug(name)}", "Organisation", slug(name), name)
    facts.text(node, il("uri"), publisher.maybe_text("namespace"), "anyURI")
    facts.add(advisory, il("issuedBy"), node)


def _history(tracking: Place, advisory: NamedNode, facts: Facts) -> None:
    for entry in tracking.objects("revision_history"):
        number, date = entry.text("number"), entry.date_time("date")
        node = facts.part(f"{advisory.value}/revision/{slug(number)}-{digest(number + date)}", "Revision")
        facts.add(advisory, il("hasRevision"), node)
        facts.text(node, il("version"), number)
        facts.text(node, il("releasedOn"), date, "dateTime")
        facts.text(node, il("text"), entry.text("summary"))

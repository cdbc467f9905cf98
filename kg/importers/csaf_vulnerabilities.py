"""The vulnerabilities of a CSAF document: status, scores and remediations."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.importers.conversion import Caveat, dcterms, il
from kg.importers.slugs import digest, slug
from kg.rdf.names import CATALOGUE, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.importers.conversion import Facts
    from kg.importers.csaf_products import ProductTree
    from kg.importers.json_reader import Place

__all__ = ["Vulnerabilities"]

_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}")
_CWE: Final = re.compile(r"CWE-[1-9]\d{0,5}")
_STATUS: Final = {
    "first_affected": "firstAffected",
    "first_fixed": "firstFixed",
    "fixed": "fixed",
    "known_affected": "knownAffected",
    "known_not_affected": "knownNotAffected",
    "last_affected": "lastAffected",
    "recommended": "recommended",
    "under_investigation": "underInvestigation",
}
_CATEGORIES: Final = {
    "mitigation": "Mitigation",
    "no_fix_planned": "No fix planned",
    "none_available": "No fix available",
    "vendor_fix": "Vendor fix",
    "workaround": "Workaround",
}
_HIGHEST: Final = 10


class Vulnerabilities:
    """Turns the vulnerabilities of one advisory into facts.

    Args:
        products: the products of the advisory.
        base: base IRI of the project.
        advisory: the advisory.
        facts: where they go.
    """

    def __init__(self, products: ProductTree, base: str, advisory: NamedNode, facts: Facts) -> None:
        self._products, self._base, self._advisory, self._facts = products, base, advisory, facts
        self._identifier = advisory.value.removeprefix(base)

    def read(self, one: Place) -> list[Caveat]:
        """Read one vulnerability; return what the user should know."""
        name, key = self._name(one)
        node = self._facts.item(f"{self._base}vulnerability/{key}", "Vulnerability", name, name)
        self._facts.add(self._advisory, il("describes"), node)
        self._facts.text(node, NamedNode(f"{SKOS}altLabel"), one.maybe_text("title"))
        for note in one.objects("notes"):
            if note.text("category") in {"description", "summary"}:
                self._facts.text(node, dcterms("description"), note.text("text"))
        self._facts.text(node, il("discoveredOn"), one.maybe_date_time("discovery_date"), "dateTime")
        self._weakness(one, node)
        self._statuses(one, node, key)
        for score in one.objects("scores"):
            self._scores(score, node, key)
        for remediation in one.objects("remediations"):
            self._remediation(remediation, node, name, key)
        return list(self._caveats(one))

    def _name(self, one: Place) -> tuple[str, str]:
        """Return identifier and path segment: the CVE, else the first id that the document gives, else a digest."""
        cve = one.maybe_text("cve")
        if cve is not None:
            if not _CVE.fullmatch(cve):
                raise one.broken(f"{cve!r} is no CVE identifier; one like CVE-2026-12345 was expected", "cve")
            return cve, cve
        ids = sorted((other.text("system_name"), other.text("text")) for other in one.objects("ids"))
        if ids:
            name = " ".join(ids[0])
            return name, slug(name)
        key = f"{self._identifier.rpartition('/')[2]}-{digest(json.dumps(one.value, sort_keys=True))}"
        return one.maybe_text("title") or key, key

    def _weakness(self, one: Place, node: NamedNode) -> None:
        cwe = one.maybe("cwe")
        if cwe is None:
            return
        identifier = cwe.text("id")
        if not _CWE.fullmatch(identifier):
            raise cwe.broken(f"{identifier!r} is no CWE identifier; one like CWE-787 was expected", "id")
        weakness = self._facts.item(f"{CATALOGUE}cwe/{identifier}", "Weakness", identifier, cwe.text("name").strip())
        self._facts.add(node, il("hasWeakness"), weakness)

    def _statuses(self, one: Place, node: NamedNode, key: str) -> None:
        facts = self._facts
        spoken: set[str] = set()
        status = one.maybe("product_status")
        for category, value in _STATUS.items():
            for product_id in self._products.listed(status, category) if status else ():
                spoken.add(product_id)
                facts.add(self._status_node(product_id, node, key), il("statusValue"), il(value))
        for flag in one.objects("flags"):
            for product_id in self._about(flag, spoken):
                facts.text(self._status_node(product_id, node, key), il("justification"), flag.text("label"))
        for threat in one.objects("threats"):
            self._threat(threat, spoken, node, key)

    def _threat(self, threat: Place, spoken: set[str], node: NamedNode, key: str) -> None:
        """Add what a threat says of the products; exploitation without a product is said of the vulnerability."""
        details, about = threat.text("details"), self._about(threat, spoken)
        match threat.text("category"):
            case "impact":
                for product_id in about:
                    self._facts.text(self._status_node(product_id, node, key), il("text"), details)
            case "exploit_status" if _names_products(threat):
                for product_id in about:
                    self._facts.text(self._status_node(product_id, node, key), il("exploitStatus"), details)
            case "exploit_status":
                self._facts.text(node, il("exploitStatus"), details)

    def _about(self, place: Place, spoken: set[str]) -> list[str]:
        """Return the products that `place` names and that have a status; all of them where it names none."""
        named = self._products.named(place)
        if not _names_products(place):
            return sorted(spoken)
        return [product_id for product_id in named if product_id in spoken]

    def _status_node(self, product_id: str, node: NamedNode, key: str) -> NamedNode:
        identifier = f"{self._identifier}/status/{key}/{self._products.slugs[product_id]}"
        title = f"{key} in {self._products.title(product_id)}"
        said = self._facts.item(f"{self._base}{identifier}", "ProductStatus", identifier, title)
        self._facts.add(said, il("statusOf"), node)
        self._facts.add(said, il("forProduct"), self._products.node(product_id))
        self._facts.add(said, il("statedIn"), self._advisory)
        return said

    def _scores(self, score: Place, node: NamedNode, key: str) -> None:
        products = self._products.listed(score, "products")
        for kind in ("cvss_v2", "cvss_v3", "cvss_v4"):
            cvss = score.maybe(kind)
            if cvss is None:
                continue
            version, vector, number = cvss.text("version"), cvss.text("vectorString"), cvss.number("baseScore")
            if not 0 <= number <= _HIGHEST:
                raise cvss.broken(f"{number} is no score; 0.0 to 10.0 was expected", "baseScore")
            text = f"{number:.1f}"
            part = self._facts.part(
                f"{self._advisory.value}/score/{key}/{digest(f'{version} {vector} {text}')}", "Score"
            )
            self._facts.add(node, il("hasScore"), part)
            self._facts.text(part, il("cvssVersion"), version)
            self._facts.text(part, il("cvssVector"), vector)
            self._facts.text(part, il("baseScore"), text, "decimal")
            self._facts.add(part, il("statedIn"), self._advisory)
            for product_id in products:
                self._facts.add(part, il("forProduct"), self._products.node(product_id))

    def _remediation(self, one: Place, node: NamedNode, name: str, key: str) -> None:
        """Add a remediation; CSAF gives it no key, so what it says is its key."""
        category, details, url = one.text("category"), one.text("details"), one.maybe_text("url")
        if category not in _CATEGORIES:
            raise one.broken(f"{category!r} is no category; one of {', '.join(_CATEGORIES)} was expected", "category")
        mark = digest("\n".join((category, details, url or "")))
        identifier = f"{self._identifier}/remediation/{key}/{mark}"
        title = f"{_CATEGORIES[category]} for {name}"
        said = self._facts.item(f"{self._base}{identifier}", "Remediation", identifier, title)
        self._facts.add(said, il("remedies"), node)
        self._facts.add(said, il("statedIn"), self._advisory)
        self._facts.text(said, il("remediationCategory"), category)
        self._facts.text(said, il("text"), details)
        self._facts.text(said, il("releasedOn"), one.maybe_date_time("date"), "dateTime")
        self._facts.text(said, il("uri"), url, "anyURI")
        restart = one.maybe("restart_required")
        self._facts.text(said, il("restartRequired"), restart.text("category") if restart is not None else None)
        for product_id in self._products.named(one):
            self._facts.add(said, il("forProduct"), self._products.node(product_id))

    def _caveats(self, one: Place) -> Iterator[Caveat]:
        """Yield what the document contradicts itself in, or leaves open."""
        status = one.maybe("product_status")
        if status is None:
            yield Caveat(one.where(), "says of no product whether it is affected")
            return
        affected, clear = ("first_affected", "known_affected", "last_affected"), ("known_not_affected",)
        both = {p for key in affected for p in status.texts(key)} & {p for key in clear for p in status.texts(key)}
        for product_id in sorted(both):
            yield Caveat(status.where(), f"{product_id!r} is affected and not affected at once")


def _names_products(place: Place) -> bool:
    return "product_ids" in place or "group_ids" in place

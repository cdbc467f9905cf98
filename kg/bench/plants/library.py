"""What all systems of a plant share: people, risk method, policy, products with claims, vulnerabilities, advisories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.bench.plants.facts import boolean, date, decimal, entry, il, integer, text, timestamp
from kg.bench.plants.model import Agent, Library, Product, Version

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from kg.bench.plants.catalogue import Catalogue
    from kg.bench.plants.facts import Facts

__all__ = ["write_library"]

_PEOPLE: Final = {
    "owner": ("Head of plant", "assetOwner"),
    "integrator": ("Automation integrator", "integrationServiceProvider"),
    "maintainer": ("Maintenance lead", "maintenanceServiceProvider"),
    "assessor": ("Independent assessor", "assessor"),
    "safety-engineer": ("Functional safety engineer", "assetOwner"),
    "security-engineer": ("Security engineer", "assetOwner"),
}
_KINDS: Final = {
    "embeddedDevice": ("Controller", ("web-server", "off")),
    "hostDevice": ("Industrial computer", ("usb-storage", "blocked")),
    "networkDevice": ("Industrial firewall", ("telnet", "off")),
    "softwareApplication": ("Operator software", ("guest-account", "disabled")),
}
_RANKS: Final = range(1, 6)
_TRIPLES_PER_PRODUCT: Final = 25_000
_MOST_PRODUCTS: Final = 60


def write_library(facts: Facts, base: str, random: Random, catalogue: Catalogue, triples: int) -> Library:
    """Write the shared items of a plant of about `triples` triples; the number of products grows slowly with it."""
    people = {
        key: Agent(facts.item("Person", f"<{base}person/{key}>", f"PERSON-{key.upper()}", title), role)
        for key, (title, role) in _PEOPLE.items()
    }
    profile = facts.item("Profile", f"<{base}profile/base>", "PROFILE-BASE", "Lowest levels of the company")
    shelf = _Shelf(facts, base, random, catalogue, people["assessor"])
    each = min(_MOST_PRODUCTS, 3 + triples // _TRIPLES_PER_PRODUCT)
    products = {kind: [shelf.product(kind, number) for number in range(each)] for kind in _KINDS}
    for number, product in enumerate([product for several in products.values() for product in several][::2]):
        shelf.advisory(number, product)
    return Library(
        owner=people["owner"],
        integrator=people["integrator"],
        maintainer=people["maintainer"],
        assessor=people["assessor"],
        safety_engineer=people["safety-engineer"],
        security_engineer=people["security-engineer"],
        method=_method(facts, base),
        profile=profile,
        products=products,
    )


def _method(facts: Facts, base: str) -> str:
    cells = [
        facts.part(
            "RiskMatrixEntry",
            consequenceRank=integer(consequence),
            likelihoodRank=integer(likelihood),
            riskRank=integer((consequence + likelihood) // 2),
        )
        for consequence in _RANKS
        for likelihood in _RANKS
    ]
    rows = [facts.part("RiskLevelEntry", riskRank=integer(rank), level=integer(min(4, rank - 1))) for rank in _RANKS]
    return facts.item(
        "RiskMethod",
        f"<{base}method/matrix>",
        "METHOD-MATRIX",
        "Five by five matrix",
        riskMethodKind=il("riskMatrix"),
        ratioScale=boolean(False),
        tolerableRisk=integer(2),
        hasMatrixEntry=cells,
        hasLevelEntry=rows,
    )


class _Shelf:
    """Writes products with their versions, claims and advisories."""

    def __init__(self, facts: Facts, base: str, random: Random, catalogue: Catalogue, assessor: Agent) -> None:
        self._facts, self._base, self._random, self._catalogue = facts, base, random, catalogue
        self._assessor = assessor
        self._maker = facts.item("Organisation", f"<{base}organisation/maker>", "ORG-MAKER", "Product supplier")

    def product(self, kind: str, number: int) -> Product:
        """Write a product of component type `kind` with three versions, its claim and its maker's process."""
        title, setting = _KINDS[kind]
        label = f"{title} {100 + number}"
        node = self._item(
            "Product",
            f"product/{kind}-{number}",
            label,
            componentType=il(kind),
            suppliedBy=self._maker,
            modelNumber=text(f"M{number:04}"),
        )
        product = Product(node, kind, label, [], setting)
        for major in (1, 2, 3):
            release = f"{major}.{number % 10}"
            local = f"product/{kind}-{number}/v{major}"
            version = self._item("ProductVersion", local, f"{label} {release}", versionOf=node, version=text(release))
            product.versions.append(Version(version, release))
        self._claim(f"product/{kind}-{number}", product)
        return product

    def _claim(self, key: str, product: Product) -> None:
        self._item(
            "ProcessAssessment",
            f"{key}/process",
            f"Development process of {product.title}",
            performedBy=self._assessor.node,
            actingAs=il(self._assessor.role),
            performedOn=date("2024-03-01"),
            assessesPractice=entry("iec62443-4-1-2018", "SM-1"),
            appliesToProduct=product.node,
            maturityLevel=integer(3),
        )
        level = 1 + self._random.random() * 3
        entries = [e for e in self._catalogue.component_requirements if product.kind in e.types and e.level <= level]
        self._item(
            "CapabilityClaim",
            f"{key}/claim",
            f"Security capability of {product.title}",
            claimsFor=[product.node, *(version.node for version in product.versions)],
            claims=[e.node for e in entries],
            claimResult=il("met"),
            claimBasis=il("selfDeclaration"),
            claimant=self._maker,
            claimedType=il(product.kind),
            assumedSettingName=text(product.setting[0]),
            assumedSettingValue=text(product.setting[1]),
            edition=text("2019"),
        )

    def advisory(self, number: int, product: Product) -> None:
        """Write an advisory with two vulnerabilities of `product`: older versions affected, the newest fixed."""
        draw = self._random.random
        vulnerabilities = []
        for running in (0, 1):
            score = self._facts.part(
                "Score",
                cvssVersion=text("3.1"),
                baseScore=decimal(f"{4 + int(draw() * 6)}.{int(draw() * 10)}"),
                forProduct=product.versions[0].node,
            )
            local = f"vulnerability/{number}-{running}"
            vulnerabilities.append(self._item("Vulnerability", local, f"Weakness of {product.title}", hasScore=score))
        advisory = self._item(
            "Advisory",
            f"advisory/{number}",
            f"Vulnerabilities of {product.title}",
            describes=vulnerabilities,
            issuedBy=self._maker,
            trackingStatus=text("final"),
            releasedOn=timestamp("2025-09-09"),
        )
        for running, vulnerability in enumerate(vulnerabilities):
            for age, version in enumerate(product.versions):
                affected = age <= running
                if affected:
                    version.vulnerabilities.append(vulnerability)
                self._item(
                    "ProductStatus",
                    f"advisory/{number}/status/{running}-{age}",
                    f"Status of {product.title} {version.number}",
                    statusValue=il("knownAffected" if affected else "fixed"),
                    statusOf=vulnerability,
                    forProduct=version.node,
                    statedIn=advisory,
                )
            self._item(
                "Remediation",
                f"advisory/{number}/remediation/{running}",
                "Update to the newest version",
                remedies=vulnerability,
                forProduct=product.versions[0].node,
                statedIn=advisory,
                remediationCategory=text("vendor_fix"),
            )

    def _item(self, kind: str, local: str, title: str, **facts: str | Iterable[str]) -> str:
        return self._facts.item(kind, f"<{self._base}{local}>", local.replace("/", "-").upper(), title, **facts)

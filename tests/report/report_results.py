"""Hand-written results that the tests of every format render."""

from __future__ import annotations

from kg.rdf.names import NS, RULE, SH, XSD
from kg.values import Entry, Finding, Findings, Item, Note, Severity, Step, Table, Trace

PLANT = "https://plant.example/"


def item(local: str, title: str = "", kind: str = "Zone") -> Item:
    return Item(PLANT + local, local, title, kind)


def finding(name: str, severity: Severity, focus: Item, message: str, *, value: str = "", path: str = "") -> Finding:
    clause = {"iec62443-3-2-2020/ZCR-5.6": "IEC 62443-3-2:2020 ZCR 5.6", "house/flat": "house rule"}.get(name, "")
    about = Item(value[1:-1], value[-4:-1], "t", "FoundationalRequirement") if value.startswith("<") else None
    component = SH + "MinCountConstraintComponent"
    return Finding(RULE + name, name, clause, severity, focus, path, value, message, about, component)


CONTROL, SAFETY = item("Z-CTRL", "Basic process control"), item("Z-SIS", "Safety instrumented system")
FUNCTION = item("SIF-101", "Reactor high pressure trip", "SafetyFunction")
REQUIREMENTS = [f"<https://w3id.org/interlock/id/iec62443-1-1-2009/{name}>" for name in ("IAC", "TRE", "RDF")]
MISSING = "The zone has no target level for this foundational requirement; give it one with its basis."

FINDINGS = Findings(
    (
        *(
            finding(
                "iec62443-3-2-2020/ZCR-5.6",
                Severity.VIOLATION,
                zone,
                MISSING,
                value=value,
                path="^il:targetFor/il:forRequirement",
            )
            for zone, values in ((CONTROL, REQUIREMENTS), (SAFETY, REQUIREMENTS[:1]))
            for value in values
        ),
        finding("model/own", Severity.WARNING, FUNCTION, "It has no trip point; state it.", path="il:tripPoint"),
        finding("model/own", Severity.WARNING, FUNCTION, "It has no safe state; state it.", path="il:safeState"),
        finding("house/flat", Severity.INFO, CONTROL, "Seven equal targets.", value=f'"2"^^<{XSD}integer>'),
    ),
    71,
    (Note("rule-without-target", "2 rules found nothing to judge: no Bypass", ("model/a", "model/b")),),
)

TABLE = Table(
    "Components of a zone",
    ("item", "zone", "number", "share", "safety"),
    (
        (item("PLC-1", "Reactor controller", "Component"), CONTROL, 12, 0.25, True),
        (item("ESD-10", "Emergency shutdown", "Component"), SAFETY, 3, None, False),
    ),
)

SCENARIO = item("TS-4", "Engineering workstation changes logic", "ThreatScenario")
RISK, CHAIN = item("RR-4", "Logic changed", "RiskResult"), item("SR-1", "Identify users", "SystemRequirement")
ENHANCED, MEASURE = item("SR-2", "Unique users", "SystemRequirement"), item("CM-3", "Jump host", "Countermeasure")
TARGET = PLANT + "SLT-1"


def _step(source: str, link: str, target: str, bucket: str, *, governing: bool | None = None) -> Step:
    return Step(source, link, target, bucket, governing)


TRACE = Trace(
    "What depends on this threat scenario?",
    SCENARIO,
    (
        ("risk_results", (Entry(RISK),)),
        ("requirements", (Entry(ENHANCED, False), Entry(CHAIN, True, (("level", 2), ("held_by", CONTROL))))),
        ("countermeasures", (Entry(MEASURE),)),
        ("evidence", ()),
    ),
    (
        _step(SCENARIO.iri, "^il:derivedFrom", RISK.iri, "risk_results"),
        _step(RISK.iri, "^il:derivedFrom", TARGET, "requirements"),
        _step(TARGET, "^il:derivedFrom", CHAIN.iri, "requirements", governing=True),
        _step(TARGET, "^il:derivedFrom", ENHANCED.iri, "requirements", governing=False),
        _step(CHAIN.iri, "is answered by", MEASURE.iri, "countermeasures"),
    ),
    (
        (SCENARIO.iri, RISK.iri),
        (SCENARIO.iri, RISK.iri, TARGET, CHAIN.iri),
        (SCENARIO.iri, RISK.iri, TARGET, ENHANCED.iri),
        (SCENARIO.iri, RISK.iri, TARGET, CHAIN.iri, MEASURE.iri),
    ),
)

__all__ = [
    "CHAIN",
    "CONTROL",
    "FINDINGS",
    "MEASURE",
    "NS",
    "PLANT",
    "RISK",
    "SCENARIO",
    "TABLE",
    "TARGET",
    "TRACE",
    "item",
]

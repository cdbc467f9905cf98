"""Threat scenarios, what they risk in which zone or conduit, and the seven target levels of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.bench.plants.catalogue import FOUNDATIONAL
from kg.bench.plants.facts import date, fr, il, integer, text
from kg.bench.plants.model import Result, Threat

if TYPE_CHECKING:
    from kg.bench.plants.model import Scope, System

__all__ = ["write_risks", "write_threats"]

_SOURCES: Final = ("Criminal group", "Disgruntled employee", "State actor", "Careless contractor")
_ASKED: Final = (1, 1, 1, 1, 1, 2, 2, 2, 2, 3)
"""The levels that results ask, as often as they do."""

_TOLERABLE: Final = 2


def write_threats(system: System) -> None:
    """Write the system's threat scenarios."""
    techniques = system.catalogue.techniques
    for number in range(2 + len(system.zones)):
        breaks = tuple(sorted(system.random.sample(FOUNDATIONAL, 1 + int(system.random.random() * 3))))
        scope = system.pick(system.scopes)
        hazard = {"leadsTo": system.pick(system.hazards)} if system.hazards and system.often(0.4) else {}
        node = system.item(
            "ThreatScenario",
            f"threat/{number}",
            f"Scenario {number} against {scope.title}",
            threatSource=text(system.pick(_SOURCES)),
            usesTechnique=sorted({system.pick(techniques) for _ in range(3)}),
            threatens=system.pick(scope.components).node,
            entersThrough=system.access_points[0],
            breaks=[fr(name) for name in breaks],
            **hazard,
        )
        system.threats.append(Threat(node, breaks))


def write_risks(system: System) -> None:
    """Write each scope's detailed assessment, its risk results and its target levels."""
    for number, scope in enumerate(system.scopes):
        assessment = system.act(
            "DetailedRiskAssessment",
            f"{scope.key}/assessment",
            f"Risk of {scope.title}",
            system.library.security_engineer,
            assesses=scope.node,
            usesMethod=system.library.method,
        )
        # The first result goes round the scenarios, so that none is without a result where there are scopes enough.
        threats = {system.threats[number % len(system.threats)].node: system.threats[number % len(system.threats)]}
        for _ in range(int(system.random.random() * 3)):
            threat = system.pick(system.threats)
            threats[threat.node] = threat
        for running, threat in enumerate(threats.values()):
            _result(system, scope, threat, assessment, running)
        _targets(system, scope)


def _result(system: System, scope: Scope, threat: Threat, assessment: str, number: int) -> None:
    asks = {name: system.pick(_ASKED) for name in threat.breaks}
    unmitigated = 1 + max(asks.values())  # the rank for which the table of the method gives this level
    key = f"{scope.key}/risk/{number}"
    part, residual = system.facts.part, 1 + int(system.random.random() * 2.2)
    consequence = part(
        "Consequence", consequenceCategory=il("healthAndSafety"), consequenceRank=integer(3 + residual % 3)
    )
    node = system.item(
        "RiskResult",
        key,
        f"Risk {number} in {scope.title}",
        derivedFrom=threat.node,
        resultOf=assessment,
        affectsScope=scope.node,
        usesMethod=system.library.method,
        hasConsequence=consequence,
        likelihoodRank=integer(3),
        unmitigatedRisk=integer(unmitigated),
        mitigatedRisk=integer(min(3, unmitigated)),
        residualRisk=() if system.faults.here("iec62443-3-2-2020/ZCR-5.11") else integer(residual),
        asks=[
            part("LevelDemand", foundationalRequirement=fr(name), level=integer(level)) for name, level in asks.items()
        ],
    )
    scope.results.append(Result(node, threat, asks))
    if residual > _TOLERABLE:
        treatment = f"{key}/treatment"
        system.item("RiskTreatment", treatment, "Risk borne", treats=node, treatmentKind=il("acceptRisk"))
        system.approval(treatment, system.name(treatment))


def _targets(system: System, scope: Scope) -> None:
    """Write seven target levels: the greatest level asked, else what the profile prescribes, or set by hand."""
    for name in FOUNDATIONAL:
        asking = [result for result in scope.results if name in result.asks]
        key = f"{scope.key}/target/{name}"
        facts: dict[str, str | list[str]] = {"basis": il("detailedAssessment")}
        level = max((result.asks[name] for result in asking), default=1)
        if asking:
            facts["derivedFrom"] = [result.node for result in asking]
        else:
            facts["derivedFrom"] = system.library.profile
            facts["basis"] = il("prescribed")
            if system.often(0.1):
                level = 2
                facts |= {
                    "basis": il("override"),
                    "reason": text("Neighbouring unit"),
                    "validUntil": date("2046-12-31"),
                }
                system.approval(key, system.name(key))
        scope.levels[name] = level
        scope.targets[name] = system.item(
            "TargetLevel",
            key,
            f"SL-T({name}) of {scope.title}",
            targetFor=scope.node,
            foundationalRequirement=fr(name),
            level=integer(level),
            **facts,
        )

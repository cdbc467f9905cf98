"""The safety side of a system: hazards, its safety system with functions down to elements and tests, layers, LOPA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.bench.plants.facts import boolean, date, decimal, double, il, integer, text

if TYPE_CHECKING:
    from kg.bench.plants.model import Component, System

__all__ = ["write_functions", "write_hazards"]

_OUTPUTS: Final = (
    "coveredDevices",
    "identifiedThreats",
    "consequencesAndLikelihood",
    "phasesConsidered",
    "additionalRiskReduction",
    "measuresTaken",
)
_ROLES: Final = (("sensorSubsystem", 2, 3), ("logicSubsystem", 1, 2), ("finalElementSubsystem", 1, 1))
"""Subsystems of a function with their voting."""

_FAR: Final = date("2046-12-31")


def write_hazards(system: System) -> None:
    """Write the hazards and the analyses that found them."""
    for number in range(2):
        key = f"hazard/{number}"
        node = system.item(
            "Hazard", key, f"Hazard {number}", harm=text("Release of process fluid"), severityRank=integer(4)
        )
        system.hazards.append(node)
    library, suc = system.library, system.name("suc")
    system.act(
        "HazardAnalysis",
        "analysis/hazop",
        "Hazard and operability study",
        library.safety_engineer,
        assesses=suc,
        identifies=system.hazards,
        considersMalevolentAction=boolean(True),
    )
    for kind, local in (("ThreatAnalysis", "threats"), ("VulnerabilityAnalysis", "vulnerabilities")):
        system.act(kind, f"analysis/{local}", f"Analysis of {local}", library.security_engineer, assesses=suc)


def write_functions(system: System) -> list[str]:
    """Write the safety system of the second zone and its functions; return the functions."""
    zone = system.zones[1]
    library, name = system.library, system.name
    environment = system.item(
        "SecurityEnvironment", "environment", "What safety may assume", environmentOf=zone.node, validUntil=_FAR
    )
    sis = system.item(
        "SafetyInstrumentedSystem",
        "sis",
        f"Safety system of unit {system.number}",
        includesAsset=[component.node for component in zone.components],
        restsOn=environment,
    )
    system.act(
        "SafetySecurityRiskAssessment",
        "sis/security",
        "Security risk assessment of the safety system",
        library.security_engineer,
        assesses=sis,
        identifies=[threat.node for threat in system.threats[:2]],
        hasOutput=[il(output) for output in _OUTPUTS],
    )
    functions = [_function(system, number, zone.components) for number in range(1 + int(system.random.random() * 3))]
    system.item("SafetyRequirementsSpecification", "srs", "Safety requirements", specifies=functions)
    system.act(
        "FunctionalSafetyAssessment",
        "assessment/stage-3",
        "Functional safety assessment, stage 3",
        library.assessor,
        assesses=[sis, *functions],
        stage=integer(3),
        independence=il("independentOrganisation"),
        validUntil=_FAR,
    )
    system.facts.more(name("srs"), validUntil=_FAR)
    return functions


def _function(system: System, number: int, components: list[Component]) -> str:
    key, hazard = f"sif/{number}", system.hazards[number % len(system.hazards)]
    trip = () if system.faults.here("iec61511-1-2016/10.3") else text("High pressure")
    node = system.item(
        "SafetyFunction",
        key,
        f"Safety function {number} of unit {system.number}",
        protectsAgainst=hazard,
        partOfSafetySystem=system.name("sis"),
        status=il("inOperation"),
        safeState=text("Feed shut off"),
        targetSil=integer(1),
        targetSilFrom=system.name(f"{key}/lopa"),
        demandMode=il("lowDemand"),
        demandRate=decimal("0.1"),
        processSafetyTime=decimal("15.0"),
        timeToTripPoint=decimal("0.0"),
        responseShare=decimal("0.5"),
        tripAction=il("deEnergiseToTrip"),
        tripPoint=trip,
        maximumSpuriousTripRate=decimal("0.1"),
        manualShutdown=text("Push button in the control room"),
        resetRequirement=text("By hand at the panel"),
        bypassRequirement=text("Key switch, one at a time"),
        route=il("route1H"),
    )
    _layers(system, key, node, hazard)
    system.item("SafetyRequirement", f"{key}/requirement", "Shut the feed off", derivedFrom=hazard, requiredOf=node)
    for running, (role, needed, channels) in enumerate(_ROLES):
        subsystem = system.item(
            "Subsystem",
            f"{key}/{role}",
            f"{role} of function {number}",
            partOfFunction=node,
            subsystemRole=il(role),
            votingM=integer(needed),
            votingN=integer(channels),
            commonCauseFactor=decimal("0.1"),
            onCommunicationLoss=il("tripsOnLoss"),
        )
        for channel in range(channels):
            component = components[(number + running + channel) % len(components)]
            _element(system, f"{key}/{role}/{channel}", subsystem, component)
    return node


def _layers(system: System, key: str, function: str, hazard: str) -> None:
    layer = system.item(
        "ProtectionLayer",
        f"{key}/layer",
        "Instrumented layer",
        layerKind=il("instrumentedFunction"),
        riskReductionFactor=decimal("10.0"),
        layerFunction=function,
        protectsAgainst=hazard,
        reachableByAttack=boolean(True),
    )
    relief = system.item(
        "ProtectionLayer",
        f"{key}/relief",
        "Relief valve",
        layerKind=il("mechanicalRelief"),
        riskReductionFactor=decimal("100.0"),
        protectsAgainst=hazard,
        reachableByAttack=boolean(False),
    )
    event = system.item("InitiatingEvent", f"{key}/event", "Loss of cooling", frequencyPerYear=double("1.0E-1"))
    system.item(
        "LopaScenario",
        f"{key}/lopa",
        "Layers of protection",
        analyses=hazard,
        hasInitiatingEvent=event,
        credits=[layer, relief],
        toleratedFrequency=double("1.0E-5"),
    )


def _element(system: System, key: str, subsystem: str, component: Component) -> None:
    overdue = system.faults.here("iec61511-1-2016/16.3")
    element = system.item(
        "Element",
        key,
        f"Channel in {component.key}",
        partOfSubsystem=subsystem,
        realisedBy=component.node,
        elementType=il("typeB"),
        dangerousFailureRate=double("1.0E-6"),
        safeFailureRate=double("2.5E-6"),
        systematicCapability=integer(2),
        suitabilityBasis=il("certifiedCapability"),
        meanRepairTime=decimal("8.0"),
        responseTime=decimal("0.5"),
        usefulLife=decimal("100000.0"),
    )
    system.item(
        "DiagnosticTest",
        f"{key}/diagnostic",
        "Self test",
        diagnoses=element,
        coverageShare=decimal("0.6"),
        testInterval=decimal("1.0"),
        testReaction=il("automaticSafeState"),
    )
    system.item(
        "ProofTest",
        f"{key}/proof",
        "Proof test",
        proves=element,
        coverageShare=decimal("1.0"),
        testInterval=decimal("8760.0"),
        lastPerformed=date("2025-05-05"),
        dueOn=date("2026-01-05") if overdue else _FAR,
    )

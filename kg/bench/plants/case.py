"""What holds a system's case together: specifications, essential functions, interactions, claims, modifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.bench.plants.facts import date, decimal, entry, il, text
from kg.bench.plants.measures import write_verdicts

if TYPE_CHECKING:
    from kg.bench.plants.model import System

__all__ = ["write_case"]

_SECTIONS: Final = tuple(f"ZCR-6.{number}" for number in range(2, 10))
_FAR: Final = date("2046-12-31")


def write_case(system: System, functions: list[str]) -> None:
    """Write what stands on everything else; `functions` are the system's safety functions."""
    _specifications(system)
    _claims(system)
    control = system.zones[0].components[0]
    function = system.item(
        "EssentialFunction",
        "essential/control",
        "Control of the unit",
        essentialFunctionKind=il("controlKind"),
        servedBy=control.node,
    )
    lock = system.item(
        "Countermeasure",
        "essential/lock",
        "Program lock of the controller",
        measureKind=il("technical"),
        status=il("inOperation"),
        deployedOn=control.node,
        answers=next(iter(system.zones[0].required.values())),
        mitigates=system.threats[0].node,
    )
    write_verdicts(system, lock, function, "essential/control/lock")
    if functions:
        _interactions(system, functions)
    _modification(system)


def _specifications(system: System) -> None:
    for scope in system.scopes:
        key = f"{scope.key}/crs"
        parts = [
            system.facts.part("SpecificationSection", answersClause=entry("iec62443-3-2-2020", clause))
            for clause in _SECTIONS
        ]
        node = system.item(
            "CybersecurityRequirementsSpecification",
            key,
            f"Security requirements of {scope.title}",
            specifies=scope.node,
            hasSection=parts,
        )
        if not system.faults.here("iec62443-3-2-2020/ZCR-7.1"):
            system.approval(key, node)


def _claims(system: System) -> None:
    top = system.item("Claim", "claim", f"Unit {system.number} is secure enough")
    for scope in system.scopes:
        claim = system.item("Claim", f"{scope.key}/claim", f"{scope.title} meets its target", supports=top)
        system.facts.more(next(iter(scope.required.values())), supports=claim)
    assumption = system.item(
        "Assumption",
        "assumption",
        "Doors are locked",
        ownedBy=system.library.owner.node,
        validUntil=_FAR,
        assumptionAnsweredBy=system.zones[0].measures[0].node,
    )
    system.facts.more(system.name("claim"), assumes=assumption)


def _interactions(system: System, functions: list[str]) -> None:
    library = system.library
    zone = system.zones[1]
    for number, function in enumerate(functions):
        key = f"interaction/{number}"
        node = system.item(
            "Interaction",
            key,
            "Hardening meets the safety function",
            securitySide=zone.measures[0].node,
            safetySide=function,
            meetsOn=zone.components[1].node,
            interactionEffect=il("slowsResponse"),
            addedLatency=decimal("0.05"),
        )
        if system.faults.here("bridge/interaction"):
            continue
        analysis = system.name(f"{key}/analysis")
        signed = [
            system.act(
                "Approval",
                f"{key}/{local}",
                "Signed off",
                by,
                approves=analysis,
                inDiscipline=il(f"{local}Discipline"),
                validUntil=_FAR,
            )
            for local, by in (("safety", library.safety_engineer), ("security", library.security_engineer))
        ]
        system.act(
            "InteractionAnalysis",
            f"{key}/analysis",
            "Interaction judged",
            library.safety_engineer,
            analysesInteraction=node,
            interactionVerdict=il("conditional"),
            resolution=text("Latency stays within the response budget"),
            signedOffBy=signed,
        )
    system.item(
        "Bypass",
        "bypass",
        "Maintenance bypass",
        bypasses=functions[0],
        bypassAuthorisedFor=library.maintainer.node,
        overPath=zone.components[0].node,
        compensatedBy=zone.measures[0].node,
        timeLimit=decimal("8.0"),
        hoursPerYear=decimal("16.0"),
    )


def _modification(system: System) -> None:
    component = system.zones[0].components[0]
    analysis = system.act(
        "ImpactAnalysis",
        "modification/analysis",
        "Impact judged",
        system.library.safety_engineer,
        analysesChangeOf=component.node,
        impactOutcome=il("noEffect"),
    )
    system.approval("modification/analysis", analysis)
    system.item(
        "Modification",
        "modification",
        "New firmware",
        modifies=component.node,
        analysedBy=analysis,
        carriedOutOn=date("2026-03-01"),
    )

"""Each scope's system requirements, each chained component's own, what refines them, and their verifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.bench.plants.facts import boolean, date, il, text
from kg.bench.plants.measures import service_for

if TYPE_CHECKING:
    from kg.bench.plants.catalogue import Entry
    from kg.bench.plants.model import Component, Scope, System

__all__ = ["write_component_requirements", "write_system_requirements"]

_ABSENT: Final = "wirelessPresent"
"""The trigger that no generated plant has."""

_VERIFIED: Final = 0.5
_REFINED: Final = 0.04
_DEEPEST: Final = 5


def write_system_requirements(system: System, scope: Scope) -> None:
    """Write the SRs and REs that the scope's target levels call for, allocated and partly verified."""
    record = ""
    absent = False
    for entry in system.catalogue.system_requirements:
        if entry.level > scope.levels[entry.demand]:
            continue
        if _ABSENT in entry.triggers:
            _exempt(system, scope.key, scope.node, entry)
            absent = True
            continue
        if system.faults.here("iec62443-3-3-2013/annex-B"):
            continue
        node = _system_requirement(system, scope, entry)
        if system.often(_VERIFIED):
            if not record:
                record = _evidence(system, f"{scope.key}/audit", "AuditRecord", scope.node)
            _verify(system, f"{scope.key}/{entry.local}", node, record)
    if absent:
        _absent(system, scope.node)


def _system_requirement(system: System, scope: Scope, entry: Entry) -> str:
    key = f"{scope.key}/{entry.local}"
    unallocated = system.faults.here("iec62443-3-3-2013/unallocated")
    node = system.item(
        "SystemRequirement",
        key,
        f"{entry.title} in {scope.title}",
        requiredOf=scope.node,
        instantiates=entry.node,
        derivedFrom=scope.targets[entry.demand],
        requirementKind=il("technical"),
        status=il("implemented"),
        owedBy=il("integrationServiceProvider"),
        hasAllocation=() if unallocated else _allocation(system, scope, entry, system.name(key)),
    )
    scope.required[entry.local] = node
    return node


def _allocation(system: System, scope: Scope, entry: Entry, node: str) -> str:
    mode = il(entry.mode)
    if entry.mode == "provider":
        service = service_for(system, entry.demand)
        service.answers.append(node)
        path = [conduit.node for conduit in system.conduits if {scope.key, service.scope.key} == _ends(conduit)]
        return system.facts.part("Allocation", allocationMode=mode, providedBy=service.node, pathOver=path)
    if entry.mode == "each":
        if system.often(0.3):
            scope.measures[0].answers.append(node)
        carriers = [component.node for component in scope.components if component.chain]
        return system.facts.part("Allocation", allocationMode=mode, allocatedTo=carriers)
    measure = scope.measures[-1]
    if entry.mode == "boundary":
        measure = next((c.measures[0] for c in system.conduits if scope in (c, *c.zones)), measure)
    measure.answers.append(node)
    return system.facts.part("Allocation", allocationMode=mode, allocatedTo=measure.node)


def _ends(conduit: Scope) -> set[str]:
    return {zone.key for zone in conduit.zones}


def write_component_requirements(system: System, component: Component) -> None:
    """Write the CRs and REs of 4-2 that the component's type and its scope's target levels call for."""
    report, absent, scope = "", False, component.scope
    for entry in system.catalogue.component_requirements:
        if entry.level > scope.levels[entry.demand] or component.kind not in entry.types:
            continue
        if _ABSENT in entry.triggers:
            _exempt(system, component.key, component.node, entry)
            absent = True
            continue
        key = f"{component.key}/{entry.local}"
        node = system.item(
            "ComponentRequirement",
            key,
            f"{entry.title} of {component.key}",
            requiredOf=component.node,
            instantiates=entry.node,
            derivedFrom=scope.required.get(entry.counterpart, scope.targets[entry.demand]),
            status=il("implemented"),
        )
        if system.often(_VERIFIED):
            if not report:
                report = _evidence(system, f"{component.key}/test", "TestReport", component.node)
            _verify(system, key, node, report, verifiedOn=component.node)
        if system.often(_REFINED):
            _refine(system, component, key, node)
    if absent:
        _absent(system, component.node)


def _refine(system: System, component: Component, key: str, parent: str) -> None:
    """Write a chain of design requirements, each spelling out the one before."""
    for depth in range(1 + int(system.random.random() * _DEEPEST)):
        local = f"{key}/design/{depth}"
        parent = system.item(
            "SecurityRequirement",
            local,
            f"Design of {component.key}, step {depth}",
            requiredOf=component.node,
            refines=parent,
            status=il("implemented"),
        )


def _evidence(system: System, key: str, kind: str, about: str) -> str:
    digits = "not a digest" if system.faults.here("model/evidence") else f"{system.random.getrandbits(256):064x}"
    return system.item(
        kind,
        key,
        f"Record of {key}",
        evidenceAbout=about,
        sha256=text(digits),
        location=text(f"records/s{system.number}/{key}.pdf"),
        validUntil=date("2046-12-31"),
    )


def _verify(system: System, key: str, requirement: str, evidence: str, **on: str) -> None:
    bare = system.faults.here("model/verification")
    system.act(
        "Verification",
        f"{key}/verification",
        "Verified",
        system.library.integrator,
        verifies=requirement,
        outcome=il("passed"),
        evidencedBy=() if bare else evidence,
        **on,
    )


def _exempt(system: System, key: str, node: str, entry: Entry) -> None:
    local = f"{key}/without/{entry.local}"
    system.act(
        "NotApplicable",
        local,
        f"{entry.identifier} does not apply",
        system.library.owner,
        exempts=entry.node,
        exemptedFor=node,
        becauseOf=il(_ABSENT),
        reason=text("Nothing here communicates without wires"),
    )
    system.approval(local, system.name(local))


def _absent(system: System, node: str) -> None:
    fact = system.facts.part("TriggerFact", trigger=il(_ABSENT), present=boolean(False))
    system.facts.more(node, hasTriggerFact=fact)

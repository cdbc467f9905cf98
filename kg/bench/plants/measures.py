"""Countermeasures and security services: planned before the requirements that they answer, written after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.bench.plants.facts import boolean, date, entry, il, integer, text
from kg.bench.plants.model import Measure

if TYPE_CHECKING:
    from kg.bench.plants.model import Scope, System

__all__ = ["plan_measures", "service_for", "write_measures", "write_verdicts"]

_SERVICES: Final = {"directory": "Central directory", "log": "Log collection", "backup": "Backup", "time": "Time"}
_SERVICE_OF: Final = {"IAC": "directory", "UC": "log", "SI": "time", "DC": "backup", "TRE": "log", "RA": "backup"}
_CHECKS: Final = (
    "noAccountLockout",
    "noAuthorisationStop",
    "survivesServiceLoss",
    "survivesFailClose",
    "survivesNetworkFlood",
    "survivesAuditFailure",
    "noSignificantDelay",
)


def plan_measures(system: System) -> None:
    """Decide which measures there are; requirements and threats then hang themselves on them."""
    name = system.name
    host_zone = next((zone for zone in system.zones if zone.kind == "demilitarisedZone"), system.zones[0])
    host = next(component for component in host_zone.components if component.kind == "hostDevice")
    for key, title in _SERVICES.items():
        system.services[key] = Measure(name(f"service/{key}"), f"service/{key}", title, host_zone, (host.node,))
    for scope in system.scopes:
        title = "Firewall rules" if scope.zones else "Hardening"
        key = f"{scope.key}/measure"
        # A zone's first component may serve an essential function: what runs there needs the seven verdicts.
        places = (scope.components[0].node, scope.node) if scope.zones else tuple(c.node for c in scope.components[1:3])
        scope.measures.append(Measure(name(key), key, f"{title} of {scope.title}", scope, places))
        for result in scope.results:
            if result.threat.node not in scope.measures[0].mitigates:
                scope.measures[0].mitigates.append(result.threat.node)
    answered = {threat for scope in system.scopes for threat in scope.measures[0].mitigates}
    system.zones[0].measures[0].mitigates.extend(t.node for t in system.threats if t.node not in answered)
    system.services["log"].mitigates.append(system.threats[0].node)


def service_for(system: System, demand: str) -> Measure:
    """Return the service that provides for the foundational requirement `demand`."""
    return system.services[_SERVICE_OF.get(demand, "directory")]


def write_measures(system: System) -> None:
    """Write all measures with what they answer and mitigate, and who uses the services."""
    mitigations = system.catalogue.mitigations
    for measure in [m for scope in system.scopes for m in scope.measures]:
        _write(system, measure, "Countermeasure", deployedOn=measure.places, appliesMitigation=system.pick(mitigations))
    for service in system.services.values():
        if not service.answers:
            service.answers.append(next(iter(service.scope.required.values())))
        _write(system, service, "SecurityService", runsOn=service.places)
    for scope in system.zones:
        _integrate(system, scope)
    _compensate(system, system.zones[0])


def _write(system: System, measure: Measure, kind: str, **facts: str | tuple[str, ...]) -> None:
    system.item(
        kind,
        measure.key,
        measure.title,
        measureKind=il("technical"),
        status=il("inOperation"),
        failsClosed=boolean(False),
        answers=measure.answers,
        mitigates=measure.mitigates,
        **facts,
    )


def _integrate(system: System, scope: Scope) -> None:
    for component in scope.components:
        if component.chain:
            for key in ("directory", "log"):
                system.item(
                    "Integration",
                    f"{component.key}/uses/{key}",
                    f"{component.key} uses {key}",
                    integrates=component.node,
                    integratedWith=system.services[key].node,
                )


def _compensate(system: System, scope: Scope) -> None:
    """Write a measure that stands in for what the first component of `scope` can't do, with all that it needs."""
    key, node = f"{scope.key}/compensation", scope.components[0].node
    record = system.item(
        "AuditRecord",
        f"{key}/record",
        "Record of the locked cabinet",
        evidenceAbout=node,
        sha256=text(f"{system.number:064x}"),
        validUntil=date("2046-12-31"),
    )
    measure = system.item(
        "CompensatingCountermeasure",
        key,
        "Locked cabinet",
        measureKind=il("physical"),
        status=il("inOperation"),
        compensatesFor=entry("iec62443-4-2-2019", "CR-1.11"),
        coveredLevel=integer(1),
        coversComponent=node,
        equivalence=text("Who can't reach the port can't try passwords"),
        evidencedBy=record,
        residualRiskIn=scope.results[0].node,
        reviewDue=date("2046-12-31"),
    )
    system.approval(key, measure)


def write_verdicts(system: System, measure: str, function: str, key: str) -> None:
    """Write the seven verdicts that `measure` leaves the essential function `function` unimpaired."""
    for check in _CHECKS:
        system.act(
            "EssentialFunctionVerdict",
            f"{key}/{check}",
            "Function unimpaired",
            system.library.security_engineer,
            judges=measure,
            forFunction=function,
            checks=il(check),
            unimpaired=boolean(True),
        )

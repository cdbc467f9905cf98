"""The partition of a system: zones, conduits, access points, components with settings and interfaces, data flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.bench.plants.facts import boolean, date, il, integer, text
from kg.bench.plants.model import Component, Scope

if TYPE_CHECKING:
    from kg.bench.plants.model import System

__all__ = ["write_component", "write_layout"]

_KINDS: Final = ("controlZone", "safetyZone", "demilitarisedZone", "controlZone", "fieldZone", "controlZone")
"""Kind of the first zone of a system, of its second …; the first is the one that all conduits lead to."""

_WHOLE, _INNER = 3, 4
"""A system's fourth zone holds the fifth, where there is one."""

_MIXES: Final = {
    "controlZone": ("embeddedDevice", "softwareApplication", "hostDevice", "embeddedDevice", "embeddedDevice"),
    "safetyZone": ("embeddedDevice", "embeddedDevice", "embeddedDevice", "hostDevice"),
    "demilitarisedZone": ("hostDevice", "softwareApplication", "hostDevice"),
    "fieldZone": ("embeddedDevice", "embeddedDevice", "networkDevice"),
    "conduit": ("networkDevice",),
}
_PROTOCOLS: Final = ("OPC UA", "Modbus TCP", "PROFINET", "HTTPS", "SSH", "Syslog")
_CHAINED: Final = 0.45
"""Share of the components whose requirements are modelled one by one."""


def write_layout(system: System, zones: int) -> None:
    """Write a system of `zones` zones in a star of conduits, with its access point and initial assessment."""
    library, name = system.library, system.name
    system.item("SystemUnderConsideration", "suc", f"Unit {system.number}", perimeter=text("Fence of the unit"))
    system.act(
        "InitialRiskAssessment",
        "initial-risk",
        "Initial risk",
        library.security_engineer,
        assesses=name("suc"),
        usesMethod=library.method,
        initialRisk=integer(4),
        comparedWithTolerable=boolean(True),
    )
    for number in range(zones):
        kind = _KINDS[number % len(_KINDS)]
        system.zones.append(Scope(name(f"z{number}"), f"z{number}", f"Zone {number} of unit {system.number}", kind))
    centre = system.zones[0]
    for number, zone in enumerate(system.zones[1:]):
        title = f"Conduit {number} of unit {system.number}"
        system.conduits.append(Scope(name(f"c{number}"), f"c{number}", title, "conduit", (centre, zone)))
    for number, scope in enumerate(system.zones):
        above = system.zones[_WHOLE].node if number == _INNER else ()
        system.item("Zone", scope.key, scope.title, zoneKind=il(scope.kind), partOfSystem=name("suc"), partOfZone=above)
    for scope in system.scopes:
        mix = _MIXES[scope.kind]
        size = 1 if scope.zones else len(mix) + int(system.random.random() * 3)
        for number in range(size):
            write_component(system, scope, mix[number % len(mix)], chain=number < 1 or system.often(_CHAINED))
    for scope in system.conduits:
        _conduit(system, scope)
    outside = system.conduits[-1] if system.conduits else centre
    system.access_points.append(
        system.item(
            "AccessPoint",
            "ap0",
            "Remote access",
            partOfSystem=name("suc"),
            opensInto=outside.node,
            protectedBy=outside.components[0].node,
        )
    )
    _flows(system)


def _conduit(system: System, scope: Scope) -> None:
    firewall = scope.components[0]
    part = system.facts.part
    ends = [part("ConduitEnd", atZone=zone.node, protectedBy=firewall.node) for zone in scope.zones[1:]]
    # One end at most goes unprotected: a firewall that guards no end at all would be a second finding.
    bare = system.faults.here("iec62443-3-3-2013/SR-5.2")
    ends.append(part("ConduitEnd", atZone=scope.zones[0].node, protectedBy=() if bare else firewall.node))
    system.item(
        "Conduit",
        scope.key,
        scope.title,
        partOfSystem=system.name("suc"),
        connects=[zone.node for zone in scope.zones],
        hasEnd=ends,
    )


def write_component(system: System, scope: Scope, kind: str, *, chain: bool) -> Component:
    """Write a component of type `kind` in `scope`, with interfaces, setting and its vulnerabilities' assessments."""
    product = system.library.products[kind][int(system.random.random() ** 2 * len(system.library.products[kind]))]
    version = product.versions[min(2, int(system.random.random() * 6))]
    key = f"{scope.key}/d{len(scope.components)}"
    node = system.name(key)
    component = Component(node, key, kind, scope, chain)
    scope.components.append(component)
    reached = scope.zones or (scope,)
    system.item(
        "Component",
        key,
        f"{product.title} in {scope.title}",
        locatedIn=scope.node,
        assetKind=il("safetyAsset" if scope.kind == "safetyZone" else "controlAsset"),
        componentType=il(kind),
        instanceOf=product.node,
        runs=version.node,
        firmwareVersion=text(version.number),
        temporarilyConnected=boolean(False),
        wireless=boolean(False),
        connectedViaExternalNetwork=boolean(False),
        serialNumber=text(f"{system.number:06}-{key.replace('/', '-')}"),
        hasInterface=[system.facts.part("NetworkInterface", attachedTo=zone.node) for zone in reached],
    )
    system.item(
        "Setting",
        f"{key}/setting",
        f"Setting of {key}",
        settingOf=node,
        settingName=text(product.setting[0]),
        settingValue=text(product.setting[1]),
    )
    for number, vulnerability in enumerate(version.vulnerabilities):
        if system.faults.here("iec62443-2-4-2015/SP.11"):
            continue
        system.act(
            "VulnerabilityAssessment",
            f"{key}/vulnerability/{number}",
            "Known vulnerability judged",
            system.library.maintainer,
            assessesVulnerability=vulnerability,
            onComponent=node,
            verdict=il("knownAffected" if system.often(0.5) else "knownNotAffected"),
            justification=text("vulnerable_code_not_in_execute_path"),
            dueOn=date("2046-12-31"),
        )
    return component


def _flows(system: System) -> None:
    """Write flows inside each zone, to its first component, and over each conduit, to the centre's first: a hub."""
    hub = system.zones[0].components[0]
    number = 0
    for scope in system.zones:
        first = scope.components[0]
        for component in scope.components[1:]:
            _flow(system, number, component, first)
            number += 1
    for conduit in system.conduits:
        for component in conduit.zones[1].components[:3]:
            _flow(system, number, component, hub, carriedBy=conduit.node)
            number += 1


def _flow(system: System, number: int, start: Component, end: Component, **carried: str) -> None:
    protocol = system.pick(_PROTOCOLS)
    system.item(
        "DataFlow",
        f"flow/{number}",
        f"{protocol} from {start.key} to {end.key}",
        flowsFrom=start.node,
        flowsTo=end.node,
        initiatedBy=start.node,
        protocol=text(protocol),
        **carried,
    )

"""The driver: systems until the number of triples is reached, then spare components until it is met."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Final

from kg.bench.plants.case import write_case
from kg.bench.plants.catalogue import Catalogue
from kg.bench.plants.facts import Facts
from kg.bench.plants.faults import Faults
from kg.bench.plants.layout import write_component, write_layout
from kg.bench.plants.library import write_library
from kg.bench.plants.measures import plan_measures, write_measures
from kg.bench.plants.model import System
from kg.bench.plants.requirements import write_component_requirements, write_system_requirements
from kg.bench.plants.risk import write_risks, write_threats
from kg.bench.plants.safety import write_functions, write_hazards
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.bench.plants.model import Component, Library

__all__ = ["LARGEST", "PLANT", "SMALLEST", "Plant", "generate"]

SMALLEST: Final = 10_000
LARGEST: Final = 10_000_000
PLANT: Final = "https://example.org/bench/"
"""Base of every generated item."""

_ZONES: Final = (3, 4, 4, 5, 5, 6)
"""Zones of a system, as often as they occur, when there is room."""


@dataclass(slots=True)
class Plant:
    """What was generated; complete once the lines have been walked.

    Attributes:
        triples: number of triples, each once.
        systems: number of systems under consideration.
        faults: name of the rule → number of faults planted for it to find.
    """

    triples: int = 0
    systems: int = 0
    faults: Counter[str] = field(default_factory=Counter)


def generate(triples: int, seed: int, plant: Plant | None = None) -> Iterator[bytes]:
    """Yield N-Triples chunks, about one system each: the same bytes for the same arguments.

    Args:
        triples: how many, 10 thousand to 10 million; met within 2 %.
        seed: any whole number.
        plant: filled with what was generated.

    Raises:
        InputError: `triples` is out of range.
    """
    if not SMALLEST <= triples <= LARGEST:
        raise InputError(f"{triples} triples can't be generated: the number must be from {SMALLEST} to {LARGEST}")
    return _chunks(triples, seed, Plant() if plant is None else plant)


def _chunks(triples: int, seed: int, plant: Plant) -> Iterator[bytes]:
    catalogue = Catalogue()
    facts = Facts("shared")
    library = write_library(facts, PLANT, Random(f"{seed} shared"), catalogue, triples)  # noqa: S311 - no secret
    chunk = facts.lines()
    plant.triples = chunk.count(b"\n")
    yield chunk
    last: System | None = None
    while True:
        number = plant.systems + 1
        zones = Random(f"{seed} {number} zones").choice(_ZONES)  # noqa: S311 - no secret
        for fewer in range(zones, 0, -1):
            system = _system(seed, number, fewer, library, catalogue)
            chunk = system.facts.lines()
            size = chunk.count(b"\n")
            if plant.triples + size <= triples:
                break
        else:
            break
        last = system
        plant.triples += size
        plant.systems += 1
        plant.faults += system.faults.tally
        yield chunk
    if last is not None:
        yield _spares(last, triples, plant)


def _system(seed: int, number: int, zones: int, library: Library, catalogue: Catalogue) -> System:
    random = Random(f"{seed} {number} {zones}")  # noqa: S311 - no secret
    system = System(number, PLANT, Facts(f"s{number}"), random, Faults(random), library, catalogue)
    safe = zones > 1
    write_layout(system, zones)
    if safe:
        write_hazards(system)
    write_threats(system)
    write_risks(system)
    plan_measures(system)
    for scope in system.scopes:
        write_system_requirements(system, scope)
        for component in scope.components:
            if component.chain:
                write_component_requirements(system, component)
    functions = write_functions(system) if safe else []
    write_measures(system)
    write_case(system, functions)
    return system


def _spares(system: System, triples: int, plant: Plant) -> bytes:
    """Return further components of the last system, with requirements of their own as long as there is room."""
    written = bytearray()
    zone = system.zones[0]
    for chain in (True, False):
        while True:
            system.facts = Facts(f"s{system.number}n{len(zone.components)}")
            system.faults = Faults(system.random)
            component: Component = write_component(system, zone, "embeddedDevice", chain=chain)
            if chain:
                write_component_requirements(system, component)
            lines = system.facts.lines()
            size = lines.count(b"\n")
            if plant.triples + size > triples:
                break
            plant.triples += size
            plant.faults += system.faults.tally
            written += lines
    return bytes(written)

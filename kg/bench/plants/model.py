"""What the parts of the generator hand on to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from kg.bench.plants.facts import date, il

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

    from kg.bench.plants.catalogue import Catalogue
    from kg.bench.plants.facts import Facts
    from kg.bench.plants.faults import Faults

__all__ = ["Agent", "Component", "Library", "Measure", "Product", "Result", "Scope", "System", "Threat", "Version"]

Choice = TypeVar("Choice")
_FAR: Final = date("2046-12-31")


@dataclass(slots=True, eq=False)
class Version:
    """A product version, with the nodes of the vulnerabilities that it is known to have."""

    node: str
    number: str
    vulnerabilities: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Product:
    """A product of one component type, its versions oldest first, and the setting that its claims count on."""

    node: str
    kind: str
    title: str
    versions: list[Version]
    setting: tuple[str, str]


@dataclass(slots=True, eq=False)
class Agent:
    """A person and the role in which they act."""

    node: str
    role: str


@dataclass(slots=True, eq=False)
class Library:
    """What all systems share: people, method, policy, products by component type. These are the graph's hubs."""

    owner: Agent
    integrator: Agent
    maintainer: Agent
    assessor: Agent
    safety_engineer: Agent
    security_engineer: Agent
    method: str
    profile: str
    products: dict[str, list[Product]]


@dataclass(slots=True, eq=False)
class Component:
    """An installed component; `chain` tells whether its requirements are modelled."""

    node: str
    key: str
    kind: str
    scope: Scope
    chain: bool = False


@dataclass(slots=True, eq=False)
class Scope:
    """A zone or a conduit with what hangs on it. `required` holds local name of an entry → its instance here."""

    node: str
    key: str
    title: str
    kind: str
    zones: tuple[Scope, ...] = ()
    components: list[Component] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    required: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Threat:
    """A threat scenario and the foundational requirements that it breaks."""

    node: str
    breaks: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Result:
    """A risk result: short name of a foundational requirement → the level that it asks."""

    node: str
    threat: Threat
    asks: dict[str, int]


@dataclass(slots=True, eq=False)
class Measure:
    """A countermeasure in `scope`, on `places`, while what it answers and mitigates is being collected."""

    node: str
    key: str
    title: str
    scope: Scope
    places: tuple[str, ...]
    answers: list[str] = field(default_factory=list)
    mitigates: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class System:
    """One system under consideration while it is written."""

    number: int
    base: str
    facts: Facts
    random: Random
    faults: Faults
    library: Library
    catalogue: Catalogue
    zones: list[Scope] = field(default_factory=list)
    conduits: list[Scope] = field(default_factory=list)
    access_points: list[str] = field(default_factory=list)
    hazards: list[str] = field(default_factory=list)
    threats: list[Threat] = field(default_factory=list)
    services: dict[str, Measure] = field(default_factory=dict)

    @property
    def node(self) -> str:
        """The system itself."""
        return f"<{self.base}s{self.number}>"

    @property
    def scopes(self) -> list[Scope]:
        """Zones, then conduits."""
        return [*self.zones, *self.conduits]

    def name(self, local: str) -> str:
        """Return the node of the item of this system whose key is `local`."""
        return f"<{self.base}s{self.number}/{local}>"

    def identifier(self, local: str) -> str:
        """Return the identifier that goes with `local`."""
        return f"S{self.number}-{local.replace('/', '-')}"

    def item(self, kind: str, local: str, title: str, **facts: str | Iterable[str]) -> str:
        """Write an item of this system and return its node."""
        return self.facts.item(kind, self.name(local), self.identifier(local), title, **facts)

    def act(self, kind: str, local: str, title: str, by: Agent, **facts: str | Iterable[str]) -> str:
        """Write an act of `by` on some past day and return its node."""
        day = date(self.day())
        return self.item(kind, local, title, performedBy=by.node, actingAs=il(by.role), performedOn=day, **facts)

    def approval(self, local: str, approved: str) -> str:
        """Write the asset owner's approval of `approved`, in force, and return its node."""
        return self.act("Approval", f"{local}/ok", "Approval", self.library.owner, approves=approved, validUntil=_FAR)

    def day(self) -> str:
        """Return a past day of the last years."""
        draw = self.random.random
        return f"202{4 + int(draw() * 2)}-{1 + int(draw() * 12):02}-{1 + int(draw() * 28):02}"

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """Return one of `choices`."""
        return choices[int(self.random.random() * len(choices))]

    def often(self, share: float) -> bool:
        """Return True in `share` of the calls."""
        return self.random.random() < share

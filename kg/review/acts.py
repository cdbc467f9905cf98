"""What every decision says of itself: who, in which role, when, why."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.errors import InputError
from kg.rdf.names import DCTERMS, NS, RDF, XSD
from kg.rdf.terms import line

if TYPE_CHECKING:
    from datetime import datetime

    from kg.rdf.terms import Node

__all__ = ["ROLES", "act_lines", "agent_lines", "role_of", "said"]

ROLES: Final = {
    "asset-owner": "assetOwner",
    "integration-service-provider": "integrationServiceProvider",
    "maintenance-service-provider": "maintenanceServiceProvider",
    "product-supplier": "productSupplier",
    "assessor": "assessor",
}
"""How a role is called on the command line → its name in the ontology."""

_NO_WORD: Final = re.compile(r"[^a-z0-9]+")


def role_of(text: str) -> str:
    """Return the IRI of the acting role that somebody named, such as ``asset-owner`` or ``assetOwner``.

    Raises:
        InputError: there is no such role.
    """
    wanted = _NO_WORD.sub("", _folded(text.rpartition(":")[2]))
    found = [name for name in ROLES.values() if wanted == name.casefold()]
    if not found:
        raise InputError(f"{text!r} is no acting role: give one of {', '.join(ROLES)}")
    return NS + found[0]


def said(reason: str, what: str = "--reason") -> str:
    """Return a reason without blanks around it.

    Raises:
        InputError: there is none: a decision without one can't be understood later.
    """
    text = reason.strip()
    if not text:
        raise InputError(f"a decision needs a reason: say why in {what}")
    return text


def agent_lines(base: str, who: str) -> tuple[NamedNode, list[bytes]]:
    """Return the person that a git or system user is, and what is said of that person.

    Args:
        base: base IRI of the project.
        who: the user: ``Name <mail>``, or a name alone.
    """
    name = who.partition("<")[0].strip() or who.strip("<> ")
    slug = _NO_WORD.sub("-", _folded(name)).strip("-") or "user"
    agent = NamedNode(f"{base}agent/{slug}-{hashlib.sha256(who.encode()).hexdigest()[:8]}")
    return agent, [
        line(agent, NamedNode(RDF + "type"), NamedNode(NS + "Person")),
        line(agent, NamedNode(DCTERMS + "identifier"), Literal(who)),
        line(agent, NamedNode(DCTERMS + "title"), Literal(name)),
    ]


def act_lines(node: Node, *, base: str, who: str, role: str, when: datetime, reason: str) -> list[bytes]:
    """Return what a decision says of itself, and who the person is.

    Args:
        node: the decision.
        base: base IRI of the project.
        who: the git user, else the user of the system.
        role: IRI of the acting role.
        when: the time, in UTC.
        reason: why.
    """
    agent, lines = agent_lines(base, who)
    day, time = when.strftime("%Y-%m-%d"), when.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        *lines,
        line(node, NamedNode(NS + "performedBy"), agent),
        line(node, NamedNode(NS + "actingAs"), NamedNode(role)),
        line(node, NamedNode(NS + "performedOn"), Literal(day, datatype=NamedNode(XSD + "date"))),
        line(node, NamedNode(NS + "decidedAt"), Literal(time, datatype=NamedNode(XSD + "dateTime"))),
        line(node, NamedNode(NS + "reason"), Literal(reason)),
    ]


def _folded(text: str) -> str:
    """Return a text in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return plain.casefold()

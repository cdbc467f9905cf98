"""Small facts in a short notation, and what the driver says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg.focus.footprint import Footprint
from kg.focus.neighbourhood import neighbourhood
from kg.focus.shapes import Shapes
from kg.focus.touch import Everything, foci
from kg.focus.view import View
from kg.rdf.names import NS, PREFIXES
from kg.store import memory_reader
from kg.store.touched import Touched

if TYPE_CHECKING:
    from kg.focus.footprint import Opaque

PREFIX = "urn:x:"
HEAD = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in [*PREFIXES.items(), ("", PREFIX)])
RULE = NS + "rule"


def triples(turtle: str) -> tuple[Triple, ...]:
    """Return the triples of Turtle in which ``:a`` is ``<urn:x:a>`` and other prefixes are ours."""
    text = turtle.strip() and turtle.strip().removesuffix(".") + " ."
    return tuple(quad.triple for quad in parse(input=HEAD + text, format=RdfFormat.TURTLE))


def rule(turtle: str) -> Footprint | Opaque:
    """Return what the rule ``il:rule`` reads."""
    return Shapes(triples(turtle)).footprint(RULE)


def touched(footprint: Footprint | Opaque, facts: str, added: str = "", removed: str = "") -> set[str] | str:
    """Return the local names of the focus nodes that a change concerns; ``*`` for everything.

    Args:
        footprint: what a unit reads.
        facts: the present state.
        added: what came, part of the present state.
        removed: what went.
    """
    assert isinstance(footprint, Footprint)
    change = Touched(triples(added), triples(removed))
    view = View(memory_reader(triples(facts + added)), change, hide_retired=True)
    found = foci(footprint, view, view.visible())
    return "*" if isinstance(found, Everything) else {name.removeprefix(PREFIX) for name in found}


def cut(footprint: Footprint | Opaque, facts: str, *focus: str) -> set[str] | str:
    """Return what a unit can read from focus nodes as ``s p o``, local names; ``*`` where it can't be cut out."""
    assert isinstance(footprint, Footprint)
    lines = neighbourhood(
        [(footprint, [PREFIX + name for name in focus])], View(memory_reader(triples(facts)), hide_retired=True)
    )
    if not isinstance(lines, list):
        return "*"
    assert len(lines) == len(set(lines))
    found = [quad.triple for quad in parse(input=b"".join(lines), format=RdfFormat.N_TRIPLES)]
    return {" ".join(map(_local, (t.subject, t.predicate, t.object))) for t in found}


def _local(term: object) -> str:
    if isinstance(term, NamedNode):
        return term.value.replace("#", "/").replace(":", "/").rpartition("/")[2]
    return str(getattr(term, "value", term))

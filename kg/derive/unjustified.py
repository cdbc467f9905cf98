"""Derives the requirements that nothing asks for any more (Q28), and the lost sources that asked for them.

A requirement is unjustified when it lost a source that governed it, itself or through the requirements above it, and no
other parent stands: no risk result of a source that stands asks at least its level, no policy, hazard, profile,
contract, essential function, other requirement or whatever else is left. A source is lost when it is retired, or gone
so that no statement speaks of it any more. A target level that rests on something else than the detailed assessment (a
policy, an override, the initial assessment), or that names no source at all, keeps its requirements justified. What a
vanished risk result asked is unknown: it counts as one that governed. A requirement above that is retired itself still
passes on the sources that it has. A requirement that never had a parent is an orphan (Q5) and no matter of this.

It is written in Python because the same as a query, portable and exact, took minutes on the example plant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import NamedNode

from kg.derive.spread_facts import DERIVED, asked, level_of
from kg.focus.touch import Everything
from kg.rdf.names import NS, RDF, RDFS
from kg.rdf.terms import line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.focus.reads import RecordingReader
    from kg.project.derived import Context
    from kg.store import Reader, Touched

__all__ = ["Unjustified"]

_UP: Final = (NS + "derivedFrom", NS + "refines")
_TYPE: Final = RDF + "type"
_LOST: Final = NamedNode(NS + "lostSource")
_CHANGE: Final = NamedNode(NS + "Change")
_MOST: Final = 20_000
"""So many requirements below a change are followed one by one; beyond that all are looked at."""

_Sources: TypeAlias = frozenset[str] | None
"""The lost sources of something that nothing else keeps standing; None of what stands."""


class Unjustified:
    """The derivation; see the module."""

    name = "unjustified"
    stratum = 2
    version = "1"
    recorded = True

    def all(self, reader: Reader, context: Context) -> Iterable[str]:
        """Return the requirements below whatever lost a source."""
        del context
        rows = reader.select(f"SELECT DISTINCT ?holder WHERE {{ ?holder <{_LOST.value}> ?source }}")
        return _below(reader, {node.value for (node,) in rows if isinstance(node, NamedNode)})

    def concerned(self, reader: Reader, touched: Touched, context: Context) -> Iterable[str] | Everything:
        """Return the requirements below what lost or found a source, or got another parent."""
        del context
        starts = set()
        for triple in touched.triples():
            if triple.predicate.value == RDFS + "subClassOf":
                return Everything("a class changed")
            if triple.object == _CHANGE:  # each commit says of itself what it is
                continue
            if triple.predicate.value in {*_UP, _LOST.value, _TYPE} and isinstance(triple.subject, NamedNode):
                starts.add(triple.subject.value)
        found = _below(reader, starts, _MOST)
        return found if len(found) < _MOST else Everything("much stands below what changed")

    def compute(self, focus: str, reader: RecordingReader, context: Context) -> Iterable[bytes]:
        """Return the lost sources without which nothing asks for a requirement."""
        del context
        facts = _Facts(reader)
        if not facts.is_requirement(focus) or facts.is_lost(focus):
            return []
        because = NamedNode(NS + "unjustifiedBecauseOf")
        return [line(NamedNode(focus), because, NamedNode(one)) for one in facts.lost_of(focus) or ()]


class _Facts:
    """Judges what still stands; what it reads of a node it reads once.

    Args:
        reader: the state.
    """

    def __init__(self, reader: RecordingReader) -> None:
        self._reader = reader
        self._read: dict[str, dict[str, list[str]]] = {}

    def lost_of(self, requirement: str) -> _Sources:
        """Return what a requirement and the requirements above it lost, if nothing keeps them."""
        lost: set[str] = set()
        found = {requirement}
        todo = [requirement]
        while todo:
            item = todo.pop()
            parents = set(self._parents(item))
            if not parents:
                if not self.is_lost(item):
                    return None
                lost.add(item)
            level = level_of(self._reader, item)
            for parent in parents - found:
                if self.is_requirement(parent):
                    found.add(parent)
                    todo.append(parent)
                    continue
                gone = self._lost_with(parent, level)
                if gone is None:
                    return None
                lost |= gone
        return frozenset(lost)

    def is_requirement(self, item: str) -> bool:
        """Tell whether an item is a requirement of any class."""
        todo, seen = list(self._of(item, _TYPE)), set()
        while todo:
            class_ = todo.pop()
            if class_ == NS + "Requirement":
                return True
            if class_ not in seen:
                seen.add(class_)
                todo += self._of(class_, RDFS + "subClassOf")
        return False

    def is_lost(self, item: str) -> bool:
        """Tell whether an item is retired, or gone."""
        return not self._facts(item) or NS + "retired" in self._of(item, NS + "status")

    def _lost_with(self, item: str, level: int | None) -> _Sources:
        """Return what a parent that is no requirement has lost, for a requirement of a level; None where it stands."""
        if self.is_lost(item):
            return frozenset({item})
        classes = self._of(item, _TYPE)
        if NS + "TargetLevel" in classes:
            return self._target(item, level)
        return self._result(item) if NS + "RiskResult" in classes else None

    def _target(self, item: str, level: int | None) -> _Sources:
        """Return what a target level lost of all that governs a requirement of a level; None if something stands."""
        origins = self._parents(item)
        if not origins or any(basis != NS + "detailedAssessment" for basis in self._of(item, NS + "basis")):
            return None
        lost: set[str] = set()
        for origin in origins:
            found: _Sources = None
            if NS + "RiskResult" in self._of(origin, _TYPE):
                if not self._governs(origin, item, level):
                    continue
                found = frozenset({origin}) if self.is_lost(origin) else self._result(origin)
            elif self.is_lost(origin):
                found = frozenset({origin})
            if found is None:
                return None
            lost |= found
        return frozenset(lost)

    def _result(self, item: str) -> _Sources:
        """Return what a risk result lost, if it lost all that it derives from."""
        sources = self._parents(item)
        return frozenset(sources) if sources and all(map(self.is_lost, sources)) else None

    def _governs(self, result: str, target: str, level: int | None) -> bool:
        demands = asked(self._reader, result)
        levels = [demands[fr] for fr in self._of(target, NS + "foundationalRequirement") if fr in demands]
        return bool(levels) and (level is None or max(levels) >= level)

    def _parents(self, item: str) -> list[str]:
        return [parent for property_ in _UP for parent in self._of(item, property_)]

    def _of(self, item: str, property_: str) -> list[str]:
        return self._facts(item).get(property_, [])

    def _facts(self, item: str) -> dict[str, list[str]]:
        """Return property → values of an item; it is empty only where the item is gone."""
        if item not in self._read:
            facts: dict[str, list[str]] = {}
            for property_, value in self._reader.outgoing(NamedNode(item)):
                if property_.value in DERIVED:
                    continue
                values = facts.setdefault(property_.value, [])
                if isinstance(value, NamedNode):
                    values.append(value.value)
            self._read[item] = facts
        return self._read[item]


def _below(reader: Reader, starts: Iterable[str], most: int | None = None) -> set[str]:
    """Return some items and all that derives from them or refines them; not more than `most` of them."""
    found = set(starts)
    todo = sorted(found)
    while todo and (most is None or len(found) < most):
        node = NamedNode(todo.pop())
        for property_ in _UP:
            new = {one.value for one in reader.subjects(NamedNode(property_), node) if isinstance(one, NamedNode)}
            todo += new - found
            found |= new
    return found

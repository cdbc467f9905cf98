"""Which rules select nothing, looked up in a store: only for the targets that a change concerns."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from kg.focus.neighbourhood import node_of
from kg.rdf.names import RDF, RDFS
from kg.rules.rule import TargetKind
from kg.rules.vocabulary import reached, walked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Triple

    from kg.rdf.terms import Node
    from kg.rules.rule import Rule, Target
    from kg.rules.visible import Visible

__all__ = ["Targets"]

_TYPE = NamedNode(RDF + "type")
_SUBCLASS = NamedNode(RDFS + "subClassOf")


class Targets:
    """Tells what rules select.

    Args:
        facts: what rules see now.
        triples: what came and went for them.
    """

    def __init__(self, facts: Visible, triples: Iterable[Triple] = ()) -> None:
        self._facts = facts
        touched = tuple(triples)
        self._used = {triple.predicate.value for triple in touched}
        self._values = {triple.object.value for triple in touched if isinstance(triple.object, NamedNode)}
        self._filled, self._kinds = cache(self._fills), cache(self._kinds_of)
        classes = {t.object.value for t in touched if t.predicate == _TYPE and isinstance(t.object, NamedNode)}
        self._classes = {above for one in classes for above in reached(one, self._above)}

    def still_idle(self, rule: Rule, was: bool) -> bool:
        """Tell whether `rule` selects nothing, given whether it was so before what came and went."""
        return self.idle(rule) if any(self._concerns(target) for target in rule.targets) else was

    def idle(self, rule: Rule) -> bool:
        """Tell whether `rule` selects nothing."""
        return not any(self._selects(target) for target in rule.targets)

    def picks(self, rule: Rule, focus: str) -> bool:
        """Tell whether `rule` selects a focus node, called as `kg.focus.touch.name_of` does; True where unsure."""
        return any(self._picks(target, focus) for target in rule.targets)

    def _picks(self, target: Target, focus: str) -> bool:
        if target.kind is TargetKind.QUERY:
            return True
        if target.kind is TargetKind.NODE:
            return target.term == focus
        node = node_of(focus)
        if target.kind is TargetKind.OBJECTS_OF:
            return any(True for _ in self._facts.subjects(NamedNode(target.term), node))
        if not isinstance(node, NamedNode | BlankNode):
            return False
        if target.kind is TargetKind.CLASS:
            return target.term in self._kinds(node)
        return any(True for _ in self._facts.objects(node, NamedNode(target.term)))

    def _kinds_of(self, node: Node) -> set[str]:
        direct = {one.value for one in self._facts.objects(node, _TYPE) if isinstance(one, NamedNode)}
        return {above for one in direct for above in reached(one, self._above)}

    def _concerns(self, target: Target) -> bool:
        if target.kind is TargetKind.CLASS:
            return target.term in self._classes or _SUBCLASS.value in self._used
        if target.kind is TargetKind.NODE:
            return target.term in self._values
        return target.term in self._used

    def _selects(self, target: Target) -> bool:
        if target.kind is TargetKind.CLASS:
            return any(self._filled(one) for one in walked(target.term, self._below))
        if target.kind is TargetKind.NODE:
            return any(True for _ in self._facts.incoming(NamedNode(target.term)))
        if target.kind is TargetKind.QUERY:
            return True
        return any(True for _ in self._facts.using(NamedNode(target.term)))

    def _fills(self, name: str) -> bool:
        return any(True for _ in self._facts.subjects(_TYPE, NamedNode(name)))

    def _above(self, name: str) -> Iterator[str]:
        return (one.value for one in self._facts.objects(NamedNode(name), _SUBCLASS) if isinstance(one, NamedNode))

    def _below(self, name: str) -> Iterator[str]:
        return (one.value for one in self._facts.subjects(_SUBCLASS, NamedNode(name)) if isinstance(one, NamedNode))

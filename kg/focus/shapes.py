"""What a SHACL rule reads."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.focus.automaton import Builder
from kg.focus.catalogued import read_catalogued
from kg.focus.footprint import FOCUS, Opaque
from kg.focus.paths import Repeat, Series, Step, inverted, lay
from kg.focus.shape_facts import Unclear, items_of, path_of, query_of
from kg.rdf.names import RDF, RDFS, SH
from kg.rdf.terms import to_ntriples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.focus.catalogued import Catalogued
    from kg.focus.footprint import Footprint
    from kg.focus.paths import Path
    from kg.focus.shape_facts import Facts
    from kg.rdf.terms import Node, Term

__all__ = ["Shapes"]

_TARGETS: Final = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target")
_OF_FOCUS: Final = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_NESTED: Final = ("node", "not", "qualifiedValueShape")
_LISTS: Final = ("and", "or", "xone")
_PLAIN: Final = (
    *("minCount", "maxCount", "datatype", "nodeKind", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive"),
    *("minLength", "maxLength", "pattern", "languageIn", "uniqueLang", "hasValue", "in", "class", "closed"),
)
_OF_VALUES: Final = frozenset({*_NESTED, *_LISTS, *_PLAIN})
_SILENT: Final = (
    *("path", "property", "severity", "message", "deactivated", "name", "description", "order", "group", "flags"),
    *("defaultValue", "prefixes", "declare", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint"),
    "ignoredProperties",
)
_KNOWN: Final = frozenset({*_TARGETS, *_OF_FOCUS, *_OF_VALUES, *_SILENT, "sparql"})
_CLASS: Final = Series((Step(RDF + "type"), Repeat(Step(RDFS + "subClassOf"), 0, many=True)))


class Shapes:
    """The shapes of some rule files.

    Args:
        triples: what all the files state, prefixes that rules share included.
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._facts: Facts = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            if not isinstance(triple.subject, Triple):
                self._facts[triple.subject][triple.predicate.value].append(triple.object)
        self._members: dict[str, list[NamedNode]] = defaultdict(list)
        for node, here in self._facts.items():
            if isinstance(node, NamedNode) and any(SH + name in here for name in _TARGETS):
                self._members[node.value.partition("#")[0]].append(node)
                if "#" in node.value:
                    self._members[node.value].append(node)

    @cached_property
    def _catalogued(self) -> Catalogued:
        return read_catalogued()

    def footprint(self, rule: str) -> Footprint | Opaque:
        """Return what a rule and its parts ``<rule>#…`` read.

        The focus is a node at which the rule reports: where property shapes are nested, one that the outer ones reach.

        Args:
            rule: IRI of the rule.
        """
        from kg.focus.algebra import Unreadable

        if rule not in self._members:
            return Opaque("it has no target")
        compiler = _Compiler(self._facts, self._catalogued)
        try:
            for member in sorted(self._members[rule], key=str):
                compiler.report(member, member, ())
        except (Unclear, Unreadable) as reason:
            return Opaque(str(reason))
        return compiler.builder.build()


class _Compiler:
    def __init__(self, facts: Facts, catalogued: Catalogued) -> None:
        self._facts = facts
        self._within: list[Node] = []
        self._parameters = _parameters(facts)
        self.builder = Builder(catalogued)

    def report(self, root: NamedNode, shape: Node, back: tuple[Path, ...]) -> None:
        """Put in what is read to report at the focus nodes of a shape.

        Args:
            root: the rule, with its targets.
            shape: the rule itself, or a property shape in it.
            back: the way from the focus nodes of the shape to those of the rule.
        """
        self._enter(shape)
        here = self._facts.get(shape, {})
        names = self._names(shape)
        if names & {*_OF_FOCUS, *_OF_VALUES, "sparql"}:
            start = self.builder.state()
            self.builder.epsilon(FOCUS, start)
            self._constraints(shape, start)
            self._targets(root, start, back)
        further = (inverted(self._path(shape)), *back) if "path" in names else back
        for child in here.get(SH + "property", ()):
            self.report(root, _node(child), further)
        self._within.pop()

    def _targets(self, root: NamedNode, start: int, back: tuple[Path, ...]) -> None:
        """Put in what tells whether a node is a focus node."""
        here = self._facts[root]
        for kind in _TARGETS:
            for term in here.get(SH + kind, ()):
                if kind == "targetNode":
                    if back:
                        ends = (to_ntriples(term),) if isinstance(term, NamedNode) else ()
                        lay(self.builder, Series(back), start, self.builder.state(), ends)
                    continue
                target = self.builder.state()
                lay(self.builder, Series(back), start, target)
                self._target(kind, term, target)
        kinds = {to_ntriples(one) for one in here.get(RDF + "type", ())}
        if kinds & {f"<{RDFS}Class>", "<http://www.w3.org/2002/07/owl#Class>"}:  # a class that is its own shape
            lay(self.builder, Series((*back, _CLASS)), start, self.builder.state())

    def _target(self, kind: str, term: Term, state: int) -> None:
        if kind == "targetClass":
            lay(self.builder, _CLASS, state, self.builder.state())
        elif kind == "target":
            self._query(_node(term), state, None)
        elif isinstance(term, NamedNode):
            self.builder.edge(state, term.value, kind == "targetObjectsOf", self.builder.state())

    def _check(self, shape: Node, state: int) -> None:
        """Put in what is read to tell whether nodes in a state conform to a shape."""
        self._enter(shape)
        self._constraints(shape, state)
        values = self._values(shape, state)
        for child in self._facts.get(shape, {}).get(SH + "property", ()):
            self._check(_node(child), values)
        self._within.pop()

    def _values(self, shape: Node, state: int) -> int:
        """Return the state of the value nodes of a shape."""
        if "path" not in self._names(shape):
            return state
        values = self.builder.state()
        lay(self.builder, self._path(shape), state, values)
        return values

    def _constraints(self, shape: Node, state: int) -> None:
        """Put in what all constraints of a shape but its property shapes read of focus nodes in a state."""
        here, names = self._facts.get(shape, {}), self._names(shape)
        for name in _OF_FOCUS:
            for term in here.get(SH + name, ()):
                if isinstance(term, NamedNode):
                    self.builder.edge(state, term.value, inverse=False, target=self.builder.state())
        for constraint in here.get(SH + "sparql", ()):
            self._query(_node(constraint), state, self._path(shape) if "path" in names else None)
        if not names & {*_OF_VALUES, *_OF_FOCUS}:
            return
        values = self._values(shape, state)
        if "class" in names:
            lay(self.builder, _CLASS, values, self.builder.state())
        if "closed" in names:
            self.builder.edge(values, None, inverse=False, target=self.builder.state())
        for other in self._others(shape):
            self._check(_node(other), values)

    def _others(self, shape: Node) -> Iterator[Term]:
        """Yield the shapes to which value nodes of a shape are held."""
        here = self._facts.get(shape, {})
        for name in _NESTED:
            yield from here.get(SH + name, ())
        for name in _LISTS:
            for head in here.get(SH + name, ()):
                yield from items_of(head, self._facts)
        if Literal(True) in here.get(SH + "qualifiedValueShapesDisjoint", ()):
            yield from self._siblings(shape)

    def _siblings(self, shape: Node) -> Iterator[Term]:
        """Yield the qualified value shapes of the property shapes beside one."""
        parents = [here for here in self._facts.values() if shape in here.get(SH + "property", ())]
        for beside in [child for here in parents for child in here[SH + "property"] if child != shape]:
            yield from self._facts[_node(beside)].get(SH + "qualifiedValueShape", ())

    def _query(self, node: Node, state: int, path: Path | None) -> None:
        """Put in what a SPARQL constraint or target reads."""
        from kg.focus.queries import lay_query

        lay_query(self.builder, query_of(node, self._facts), "this", state, path=path)

    def _path(self, shape: Node) -> Path:
        return path_of(self._facts[shape][SH + "path"][0], self._facts)

    def _names(self, shape: Node) -> set[str]:
        """Return the local names of the SHACL properties of a shape.

        Raises:
            Unclear: one of them is not known here.
        """
        here = self._facts.get(shape, {})
        names = {iri.removeprefix(SH) for iri in here if iri.startswith(SH)}
        if strange := sorted(names - _KNOWN):
            raise Unclear(f"it uses sh:{strange[0]}")
        if custom := sorted(self._parameters & here.keys()):
            raise Unclear(f"it uses a constraint of its own kind, <{custom[0]}>")
        return names

    def _enter(self, shape: Node) -> None:
        if shape in self._within:
            raise Unclear("a shape of it refers to itself")
        self._within.append(shape)


def _node(term: Term) -> Node:
    if isinstance(term, NamedNode | BlankNode):
        return term
    raise Unclear(f"{to_ntriples(term)} stands where a shape should")


def _parameters(facts: Facts) -> frozenset[str]:
    """Return the properties of constraint components that the rules define themselves."""
    parameters = {p for here in facts.values() for p in here.get(SH + "parameter", ())}
    paths = {path for p in parameters for path in facts.get(_node(p), {}).get(SH + "path", ())}
    return frozenset(path.value for path in paths if isinstance(path, NamedNode))

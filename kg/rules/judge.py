"""The judge: pySHACL, the reference implementation in Python. Slow; it must agree with the fast engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from kg.errors import InterlockError
from kg.rdf.names import SH, XSD
from kg.rdf.terms import to_ntriples
from kg.rules.engine import Hit, compile_rules
from kg.values import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyoxigraph import Triple
    from rdflib import Graph
    from rdflib.term import Node

    from kg.rdf.terms import Term
    from kg.rules.rule import RuleSet

__all__ = ["run_judge"]


def run_judge(rules: RuleSet, data: Path) -> list[Hit]:
    """Judge data by rules.

    Args:
        rules: what to run.
        data: a file of N-Triples.

    Raises:
        BrokenFile: a rule does not compile.
        InterlockError: pySHACL could not finish.
    """
    import pyshacl
    from pyshacl.errors import ShapeLoadError, ValidationFailure

    compile_rules(rules)  # pySHACL passes some broken rules in silence
    facts = _graph(quad.triple for quad in parse(path=data, format=RdfFormat.N_TRIPLES))
    shapes = _graph(triple for file in rules.files for triple in file.triples)
    try:
        _, report, text = pyshacl.validate(
            facts, shacl_graph=shapes, advanced=True, inference="none", do_owl_imports=False
        )
    except (ShapeLoadError, ValidationFailure) as wrong:
        raise InterlockError(f"pySHACL could not finish: {wrong}") from wrong
    if isinstance(report, (bytes, str, ValidationFailure)):
        raise InterlockError(f"pySHACL could not finish: {text}")
    return _hits(report)


def _hits(report: Graph) -> list[Hit]:
    from rdflib import URIRef

    def one(node: Node, name: str) -> str:
        return next((_ntriples(value) for value in report.objects(node, URIRef(SH + name))), "")

    results = list(report.objects(None, URIRef(SH + "result")))
    return [
        Hit(
            focus=one(node, "focusNode"),
            value=one(node, "value"),
            shape=one(node, "sourceShape")[1:-1],
            component=one(node, "sourceConstraintComponent")[1:-1].removeprefix(SH),
            severity=Severity(one(node, "resultSeverity")[1:-1].removeprefix(SH).lower()),
            message=min((str(text) for text in report.objects(node, URIRef(SH + "resultMessage"))), default=""),
        )
        for node in results
    ]


def _graph(triples: Iterable[Triple]) -> Graph:
    """Return `triples` as a graph of rdflib's own; its parser would rewrite literals."""
    from rdflib import Graph

    graph = Graph()
    for triple in triples:
        graph.add((_node(triple.subject), _node(triple.predicate), _node(triple.object)))
    return graph


def _node(term: Term) -> Node:
    from rdflib import BNode, URIRef
    from rdflib import Literal as Text

    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if not isinstance(term, Literal):
        raise InterlockError(f"pySHACL can't judge a triple inside a triple: {term}")
    if term.language:
        return Text(term.value, lang=term.language)
    plain = term.datatype.value == XSD + "string"
    return Text(term.value, datatype=None if plain else URIRef(term.datatype.value), normalize=False)


def _ntriples(node: Node) -> str:
    from rdflib import BNode, URIRef
    from rdflib import Literal as Text

    if isinstance(node, Text):
        if node.language:
            return to_ntriples(Literal(str(node), language=node.language))
        return to_ntriples(Literal(str(node), datatype=NamedNode(str(node.datatype or XSD + "string"))))
    return str(BlankNode(str(node))) if isinstance(node, BNode) else f"<{URIRef(str(node))}>"

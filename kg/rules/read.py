"""Read rule files: what rules they hold and which shape belongs to which rule."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.data import shapes_folder
from kg.errors import BrokenFile
from kg.rdf.names import DCTERMS, PREFIXES, RDFS, SH
from kg.rules.lint import problems
from kg.rules.paths import Facts, path_text
from kg.rules.rule import Rule, RuleFile, RuleSet, Shape, Target, TargetKind, rule_iri, rule_name
from kg.values import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kg.rdf.terms import Node, Term

__all__ = ["facts_of", "packaged_rule_files", "read_rules"]

_PROPERTY = NamedNode(SH + "property")
_PATH = NamedNode(SH + "path")
_SEVERITIES = {SH + severity.name.capitalize(): severity for severity in Severity}
_DAY = (b"asOf", b"thisCheck")
_DIRECT = (
    "sparql",
    "node",
    "not",
    "and",
    "or",
    "xone",
    "closed",
    "class",
    "datatype",
    "nodeKind",
    "hasValue",
    "in",
    "pattern",
    "equals",
    "disjoint",
)


def packaged_rule_files() -> list[Path]:
    """Return the rule files that come with Interlock, those about ontologies left out."""
    folder = shapes_folder()
    return sorted(file for file in folder.rglob("*.ttl") if file.relative_to(folder).parts[0] != "ontology")


def read_rules(files: Sequence[Path], others: Sequence[Path] = (), prefixes: Mapping[str, str] = PREFIXES) -> RuleSet:
    """Read rules from Turtle.

    Args:
        files: files of ours, parsed in this process.
        others: files of somebody else, parsed under the guard.
        prefixes: prefix → namespace for the property paths of findings.

    Raises:
        BrokenFile: the first file that does not parse or holds a rule that would not do what it seems to.
    """
    parsed = [_file(path, f"{i}") for i, path in enumerate(files)]
    if others:
        from kg.rdf.guard import Request, parse_files

        for i, one in enumerate(parse_files([Request(path) for path in others], merge_graphs=True), len(parsed)):
            quads = parse(input=one.data, format=RdfFormat.N_TRIPLES, rename_blank_nodes=True)
            parsed.append(_rule_file(str(one.path), f"{i}", (q.triple for q in quads), one.path.read_bytes()))
    return _rule_set(parsed, prefixes)


def facts_of(triples: Iterable[Triple]) -> Facts:
    """Return `triples` as subject → property → values."""
    facts: Facts = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        if not isinstance(triple.subject, Triple):
            facts[triple.subject][triple.predicate.value].append(triple.object)
    return facts


def _file(path: Path, key: str) -> RuleFile:
    try:
        text = path.read_bytes()
        triples = [quad.triple for quad in parse(input=text, format=RdfFormat.TURTLE, rename_blank_nodes=True)]
    except SyntaxError as wrong:
        raise BrokenFile(str(path), wrong.msg, line=wrong.lineno, column=wrong.offset) from None
    except OSError as wrong:
        raise BrokenFile(str(path), f"can't be read: {wrong.strerror}") from None
    return _rule_file(str(path), key, triples, text)


def _rule_file(shown: str, key: str, triples: Iterable[Triple], text: bytes) -> RuleFile:
    named = tuple(_named_shapes(triples, key))
    paths = {t.subject for t in named if t.predicate == _PATH}
    return RuleFile(
        shown,
        named,
        hashlib.sha256(text).hexdigest(),
        dated=any(name in text for name in _DAY),
        nested=any(t.predicate == _PROPERTY and t.subject in paths for t in named),
    )


def _named_shapes(triples: Iterable[Triple], key: str) -> list[Triple]:
    """Give each blank property shape an IRI, so that a result can be traced to the shape that it came from."""
    triples = list(triples)
    blank = {t.object for t in triples if t.predicate == _PROPERTY and isinstance(t.object, BlankNode)}
    names = {node: NamedNode(f"urn:x-interlock:shape/{key}/{i}") for i, node in enumerate(sorted(blank, key=str))}

    return [
        Triple(
            names.get(t.subject, t.subject) if isinstance(t.subject, BlankNode) else t.subject,
            t.predicate,
            names.get(t.object, t.object) if isinstance(t.object, BlankNode) else t.object,
        )
        for t in triples
    ]


def _rule_set(files: Sequence[RuleFile], prefixes: Mapping[str, str]) -> RuleSet:
    rules: dict[str, Rule] = {}
    shapes: dict[str, Shape] = {}
    for file in files:
        facts = facts_of(file.triples)
        for problem in problems(facts):
            raise BrokenFile(file.shown, problem)
        nodes = [n for n, here in facts.items() if isinstance(n, NamedNode) and any(SH + k in here for k in TargetKind)]
        parts: dict[str, list[NamedNode]] = defaultdict(list)
        for node in sorted(nodes, key=str):
            parts[rule_iri(node.value)].append(node)
        for iri, members in parts.items():
            rule = _rule(iri, members, facts, file.shown)
            clash = next((r for r in rules.values() if r.name == rule.name), None)
            if clash is not None:
                raise BrokenFile(
                    file.shown, f"holds the rule {rule.name}, which {clash.file} holds already; rename one"
                )
            rules[iri] = rule
            for member in members:
                for name, shape in _shapes(member, iri, facts, prefixes):
                    if shapes.setdefault(name, shape).rule != iri:
                        raise BrokenFile(file.shown, f"shares the shape <{name}> between two rules; give each its own")
    return RuleSet(tuple(sorted(rules.values(), key=lambda r: r.name)), tuple(files), shapes)


def _rule(iri: str, members: Sequence[NamedNode], facts: Facts, shown: str) -> Rule:
    heads = [NamedNode(iri), *members]
    label = next((v.value for n in heads for v in facts[n].get(RDFS + "label", []) if isinstance(v, Literal)), "")
    sources = {_plain(v) for n in heads for v in facts[n].get(DCTERMS + "source", [])}
    severities = {s for member in members for s in _severities(member, facts)}
    targets = {t for member in members for t in _targets(facts[member])}
    worst = next((s for s in Severity if s in severities), Severity.VIOLATION)
    return Rule(iri, rule_name(iri), label, tuple(sorted(sources)), worst, tuple(sorted(targets)), shown)


def _plain(term: Term) -> str:
    return term.value if isinstance(term, NamedNode | Literal | BlankNode) else str(term)


def _targets(here: Mapping[str, list[Term]]) -> Iterable[Target]:
    for kind in TargetKind:
        for term in here.get(SH + kind, []):
            yield Target(kind, "" if kind is TargetKind.QUERY else _plain(term))


def _severities(node: Node, facts: Facts) -> Iterable[Severity]:
    """Yield the severities that results of a shape and of the property shapes below it can have."""
    here = facts.get(node, {})
    if SH + "path" in here or any(SH + name in here for name in _DIRECT):
        yield _severity(here)
    for below in here.get(SH + "property", []):
        if isinstance(below, NamedNode):
            yield from _severities(below, facts)


def _severity(here: Mapping[str, list[Term]]) -> Severity:
    stated = here.get(SH + "severity", [])
    return _SEVERITIES[_plain(stated[0])] if stated else Severity.VIOLATION


def _shapes(node: NamedNode, rule: str, facts: Facts, prefixes: Mapping[str, str]) -> Iterator[tuple[str, Shape]]:
    """Yield IRI and description of `node` and of all property shapes below it."""
    here = facts.get(node, {})
    path = path_text(here[SH + "path"][0], facts, prefixes) if SH + "path" in here else ""
    own = [node, *(n for n in here.get(SH + "sparql", []) if isinstance(n, NamedNode | BlankNode))]
    yield node.value, Shape(rule, path or "", any(SH + "message" in facts.get(n, {}) for n in own))
    for below in here.get(SH + "property", []):
        if isinstance(below, NamedNode) and below != node:
            yield from _shapes(below, rule, facts, prefixes)

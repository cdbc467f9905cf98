"""Turtle in one canonical form: the same facts give the same bytes, and a person can read them.

Prefixes that are used, by name; the ontology header first, then classes, properties, individuals, everything else, each
by IRI with numbers in numeric order; one block a subject; blank nodes nested, never labelled; no clock.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.errors import BrokenFile, InputError
from kg.rdf.names import DCTERMS, OWL, PREFIXES, RDF, RDFS, SH, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["TurtleFile", "natural", "read_turtle", "write_turtle"]

Subject: TypeAlias = NamedNode | BlankNode
Object: TypeAlias = NamedNode | BlankNode | Literal

_WIDTH: Final = 118
_INDENT: Final = "    "
_TYPE: Final = NamedNode(RDF + "type")
_FIRST: Final = NamedNode(RDF + "first")
_REST: Final = NamedNode(RDF + "rest")
_NIL: Final = NamedNode(RDF + "nil")
_RANKS: Final = {
    OWL + "Ontology": 0,
    OWL + "Class": 1,
    RDFS + "Datatype": 1,
    OWL + "ObjectProperty": 2,
    OWL + "DatatypeProperty": 3,
    OWL + "AnnotationProperty": 4,
}
_OTHER_RANK: Final = 5
_LEADING: Final = (
    RDF + "type",
    DCTERMS + "identifier",
    RDFS + "label",
    DCTERMS + "title",
    SKOS + "definition",
    RDFS + "subClassOf",
    RDFS + "subPropertyOf",
    RDFS + "domain",
    RDFS + "range",
    OWL + "onProperty",
    SH + "path",
)
_PREFIX_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?<!\.)|")
_LOCAL_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_BARE: Final = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}


@dataclass(frozen=True, slots=True)
class TurtleFile:
    """What a Turtle file of ours states.

    Attributes:
        triples: its facts in the order of the file.
        prefixes: prefix → namespace, as it declares them.
        text: the file as it is written.
    """

    triples: list[Triple]
    prefixes: dict[str, str]
    text: str


def read_turtle(path: Path) -> TurtleFile:
    """Read a Turtle file that we ship ourselves; `kg.rdf.guard` is for those of others.

    Raises:
        BrokenFile: it can't be read, is no UTF-8 or no Turtle.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BrokenFile(str(path), f"can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BrokenFile(str(path), f"is no UTF-8 at byte {error.start}") from error
    try:
        parser = parse(text, RdfFormat.TURTLE, rename_blank_nodes=True)
        triples = [quad.triple for quad in parser]
    except SyntaxError as error:
        raise BrokenFile(str(path), f"is no Turtle: {error.msg}", line=error.lineno, column=error.offset) from error
    return TurtleFile(triples, dict(parser.prefixes), text)


def natural(text: str) -> tuple[tuple[str | int, ...], str]:
    """Return a sort key that puts ``SR-1.2`` before ``SR-1.10``."""
    parts = re.split(r"([0-9]{1,18})", text)  # a longer number in pieces: Python converts no more than 4300 digits
    return tuple(int(part) if i % 2 else part for i, part in enumerate(parts)), text


def write_turtle(
    triples: Iterable[Triple],
    *,
    prefixes: Mapping[str, str] = PREFIXES,
    header: str = "",
    comments: Mapping[str, str] | None = None,
) -> str:
    """Return `triples` as canonical Turtle.

    Args:
        triples: the facts, in any order; a triple given twice is written once.
        prefixes: prefix → namespace; only those that are used are written.
        header: comment lines for the top of the file, each starting with ``#``.
        comments: IRI of a subject → comment lines to stand above its block.

    Returns:
        The text, ending in a newline; empty where there is neither a fact nor a header.

    Raises:
        InputError: a blank node is shared or part of a cycle, so that it would need a label, or a triple
            has a triple inside.
    """
    return _Writer(triples, prefixes).text(header, comments or {})


class _Writer:
    def __init__(self, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> None:
        self._facts: dict[Subject, dict[NamedNode, set[Object]]] = defaultdict(lambda: defaultdict(set))
        uses: dict[BlankNode, int] = defaultdict(int)
        for triple in set(triples):
            subject, predicate, value = triple.subject, triple.predicate, triple.object
            if isinstance(subject, Triple) or isinstance(value, Triple):
                raise InputError(f"a triple inside a triple cannot be written as Turtle 1.1: {triple}")
            self._facts[subject][predicate].add(value)
            if isinstance(value, BlankNode):
                uses[value] += 1
        shared = sorted(str(node) for node, times in uses.items() if times > 1)
        if shared:
            raise InputError(f"{len(shared)} blank nodes are used more than once, give them an IRI: {shared[0]} …")
        self._roots = {s for s in self._facts if isinstance(s, NamedNode) or s not in uses}
        self._namespaces = sorted(((ns, p) for p, ns in prefixes.items()), key=lambda pair: (-len(pair[0]), pair[1]))
        self._prefixes = prefixes
        self._used: dict[str, str] = {}
        self._written: set[Subject] = set()

    def text(self, header: str, comments: Mapping[str, str]) -> str:
        named = sorted((s for s in self._roots if isinstance(s, NamedNode)), key=self._subject_key)
        blocks = [comments.get(subject.value, "") + self._block(subject) for subject in named]
        blocks += sorted(self._block(s) for s in self._roots if isinstance(s, BlankNode))
        lost = sorted(str(s) for s in self._facts if s not in self._written)
        if lost:
            raise InputError(f"{len(lost)} blank nodes form a cycle, give one of them an IRI: {lost[0]} …")
        table = "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in sorted(self._used.items()))
        head = f"{header.rstrip()}\n" if header.strip() else ""
        return "\n".join(part for part in (head, table, *blocks) if part)

    def _subject_key(self, subject: NamedNode) -> tuple[int, tuple[tuple[str | int, ...], str]]:
        kinds = self._facts[subject].get(_TYPE, set())
        rank = min((_RANKS.get(kind.value, _OTHER_RANK) for kind in kinds), default=_OTHER_RANK)
        return rank, natural(subject.value)

    def _block(self, subject: Subject) -> str:
        self._written.add(subject)
        name = self._iri(subject) if isinstance(subject, NamedNode) else "[]"
        body = f" ;\n{_INDENT}".join(self._properties(subject, _INDENT))
        return f"{name} {body} .\n"

    def _properties(self, subject: Subject, indent: str) -> list[str]:
        facts = self._facts[subject]
        return [
            self._property("a" if predicate == _TYPE else self._iri(predicate), facts[predicate], indent)
            for predicate in sorted(facts, key=self._predicate_key)
        ]

    def _predicate_key(self, predicate: NamedNode) -> tuple[int, tuple[tuple[str | int, ...], str]]:
        lead = _LEADING.index(predicate.value) if predicate.value in _LEADING else len(_LEADING)
        return lead, natural(self._name(predicate)[0])

    def _property(self, name: str, values: set[Object], indent: str) -> str:
        joined = f"{name} {', '.join(self._sorted(values, indent))}"
        if len(values) == 1 or ("\n" not in joined and len(indent) + len(joined) <= _WIDTH):
            return joined
        deeper = f"\n{indent}{_INDENT}"
        return f"{name}{deeper}{f',{deeper}'.join(self._sorted(values, indent + _INDENT))}"

    def _sorted(self, values: set[Object], indent: str) -> list[str]:
        named = sorted((self._iri(v) for v in values if isinstance(v, NamedNode)), key=natural)
        plain = sorted((self._literal(v) for v in values if isinstance(v, Literal)), key=natural)
        return named + plain + sorted(self._nested(v, indent) for v in values if isinstance(v, BlankNode))

    def _nested(self, node: BlankNode, indent: str) -> str:
        self._written.add(node)
        if node not in self._facts:
            return "[]"
        items = self._items(node)
        deeper = indent + _INDENT
        if items is None:
            return self._brackets("[", self._properties(node, deeper), " ;", "]", indent)
        return self._brackets("(", [self._value(item, deeper) for item in items], "", ")", indent)

    def _brackets(self, start: str, parts: list[str], separator: str, end: str, indent: str) -> str:
        flat = f"{start} {f'{separator} '.join(parts)} {end}"
        if "\n" not in flat and len(indent) + len(flat) <= _WIDTH - 2 * len(_INDENT):
            return flat
        deeper = f"\n{indent}{_INDENT}"
        return f"{start}{deeper}{f'{separator}{deeper}'.join(parts)}\n{indent}{end}"

    def _items(self, node: BlankNode) -> list[Object] | None:
        """Return the items of the list that begins at `node`, None where it is no well-formed list."""
        items: list[Object] = []
        seen: set[Object] = set()
        at: Object = node
        while at != _NIL:
            facts = self._facts.get(at) if isinstance(at, BlankNode) else None
            if at in seen or facts is None or set(facts) != {_FIRST, _REST}:
                return None
            seen.add(at)
            if len(facts[_FIRST]) != 1 or len(facts[_REST]) != 1:
                return None
            items += facts[_FIRST]
            (at,) = facts[_REST]
        self._written |= {link for link in seen if isinstance(link, BlankNode)}
        return items

    def _value(self, value: Object, indent: str) -> str:
        if isinstance(value, NamedNode):
            return self._iri(value)
        return self._literal(value) if isinstance(value, Literal) else self._nested(value, indent)

    def _iri(self, node: NamedNode) -> str:
        name, prefix = self._name(node)
        if prefix is not None:
            self._used[prefix] = self._prefixes[prefix]
        return name

    def _name(self, node: NamedNode) -> tuple[str, str | None]:
        """Return `node` as it is written, and the prefix that this takes."""
        if node == _NIL:
            return "()", None
        for namespace, prefix in self._namespaces:
            local = node.value.removeprefix(namespace)
            if node.value.startswith(namespace) and _LOCAL_NAME.fullmatch(local) and _PREFIX_NAME.fullmatch(prefix):
                return f"{prefix}:{local}", prefix
        return str(node), None

    def _literal(self, literal: Literal) -> str:
        text, datatype = literal.value, literal.datatype
        bare = _BARE.get(datatype.value)
        if bare is not None and bare.fullmatch(text):
            return text
        quoted = _quoted(text)
        if literal.language:
            return f"{quoted}@{literal.language}"
        return quoted if datatype.value == XSD + "string" else f"{quoted}^^{self._iri(datatype)}"


def _quoted(text: str) -> str:
    if "\n" not in text:
        return str(Literal(text))
    escaped = text.replace("\\", "\\\\").replace("\r", "\\r").replace('"""', '\\"\\"\\"')
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    return f'"""{escaped}"""'

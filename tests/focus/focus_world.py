"""A small world in which every rule has something to find, and edits of it: to hold the driver against full runs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, Store, parse

from kg.data import ontology_folder
from kg.focus.footprint import Footprint, Opaque
from kg.focus.neighbourhood import TooMuch, neighbourhood
from kg.focus.shapes import Shapes
from kg.focus.touch import Everything, foci
from kg.focus.view import View
from kg.rdf.names import CATALOGUE, NS, RDF
from kg.rdf.skolem import skolemise
from kg.rules import packaged_rule_files, read_rules
from kg.rules.engine import compile_rules
from kg.rules.facts import as_of_line, fact_file
from kg.store import Delta
from kg.store.memory import memory_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random

    from kg.store.touched import Touched

CASES = Path(__file__).resolve().parent.parent / "cases" / "shapes"
DAY = as_of_line(date(2026, 6, 30))
GRAPH = "urn:memory"
FRESH = "https://fresh.example/"
RETIRED = f" <{NS}status> <{NS}retired> .\n".encode()

Hits = dict[tuple[str, str], frozenset[tuple[str, ...]]]
"""Name of a rule and IRI of a focus node → what the rule found there."""


def world() -> list[bytes]:
    """Return the passing and failing twins of all rules, with the ontology and the catalogue entries that they name."""
    twins = [line for file in sorted(CASES.glob("*/*/*.ttl")) for line in _lines(file, _base(file))]
    whole = b"".join(twins)
    files = [
        *sorted(ontology_folder().glob("*.ttl")),
        *sorted((ontology_folder() / "catalogue").glob("iec62443-*.ttl")),
    ]
    start = b"<" + CATALOGUE.encode()
    ground = {line for file in files for line in _lines(file, CATALOGUE)}
    ground = {line for line in ground if not line.startswith(start) or line.partition(b" ")[0] in whole}
    return as_stored([*twins, *ground, DAY])


def as_stored(lines: Iterable[bytes]) -> list[bytes]:
    """Return lines, sorted, as a reader gives them: a store holds literals in canonical form."""
    store = Store()
    store.load(b"".join(lines), RdfFormat.N_TRIPLES)
    return sorted(f"{quad.triple} .\n".encode() for quad in store)


def _base(file: Path) -> str:
    return f"https://cases.example/{file.stem}/{file.parent.relative_to(CASES).as_posix()}/"


def _lines(file: Path, base: str) -> list[bytes]:
    quads = parse(path=file, format=RdfFormat.TURTLE, base_iri=base)
    return skolemise([f"{quad.triple} .\n".encode() for quad in quads], base)


@dataclass(slots=True)
class Seen:
    """What the driver said of one edit, and what was so.

    Attributes:
        missed: rule and focus node whose findings changed without the driver having named them.
        wrong: rule and focus node of which the cut gives other findings than the whole.
        asked: how many focus nodes the driver named.
        full: rule → why the driver gave up.
        changed: how many pairs of rule and focus node did change.
    """

    missed: list[tuple[str, str]]
    wrong: list[tuple[str, str]]
    asked: int
    full: dict[str, str]
    changed: int


class World:
    """Facts, rules and what the rules find, kept up to date by full runs."""

    def __init__(self, lines: Iterable[bytes], files: list[Path] | None = None) -> None:
        self.rules = read_rules(files or packaged_rule_files())
        self._engine: Any = compile_rules(self.rules)
        shapes = Shapes(triple for file in self.rules.files for triple in file.triples)
        self.footprints = {rule.name: shapes.footprint(rule.iri) for rule in self.rules.rules}
        self._names = {rule.iri: rule.name for rule in self.rules.rules}
        self.state = memory_state(lines)
        self.hits = self.run(self.state.facts())

    def run(self, lines: Iterable[bytes]) -> Hits:
        """Return what the rules find in some lines, what is retired left out."""
        found: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
        with fact_file(lines) as facts:
            report = self._engine.validate_file(str(facts.path))
        for one in report.results:
            rule = self._names[self.rules.shapes[one.root_shape[1:-1]].rule]
            hit = (one.root_shape, one.value or "", one.component, one.severity, min(one.messages, default=""))
            found[rule, one.focus_node[1:-1]].add(hit)
        return {key: frozenset(hits) for key, hits in found.items()}

    def edit(
        self,
        delta: Delta,
        view: Callable[..., View] = View,
        seek: Callable[..., set[str] | Everything] = foci,
    ) -> Seen:
        """Change the facts and tell what the driver made of it.

        Args:
            delta: what changes.
            view: the class of views, or a broken one.
            seek: what finds focus nodes, or a broken one.
        """
        touched = self.state.apply({GRAPH: delta})
        before, self.hits = self.hits, self.run(self.state.facts())
        changed = {key for key in before.keys() | self.hits.keys() if before.get(key) != self.hits.get(key)}
        asked, full = self._asked(touched, view, seek)
        missed = [(rule, focus) for rule, focus in sorted(changed) if rule not in full and focus not in asked[rule]]
        wrong = self._wrong(asked, full)
        return Seen(missed, wrong, sum(map(len, asked.values())), full, len(changed))

    def _asked(
        self, touched: Touched, view: Callable[..., View], seek: Callable[..., set[str] | Everything]
    ) -> tuple[dict[str, set[str]], dict[str, str]]:
        both = view(self.state.reader, touched, hide_retired=True)
        triples = both.visible()
        asked: dict[str, set[str]] = {}
        full: dict[str, str] = {}
        for rule, footprint in self.footprints.items():
            found = Everything(footprint.reason) if isinstance(footprint, Opaque) else seek(footprint, both, triples)
            if isinstance(found, Everything):
                full[rule] = found.reason
            else:
                asked[rule] = found
        return asked, full

    def _wrong(self, asked: dict[str, set[str]], full: dict[str, str]) -> list[tuple[str, str]]:
        now = View(self.state.reader, hide_retired=True)
        units = [(self._footprint(rule), names) for rule, names in asked.items() if names]
        cut = neighbourhood(units, now)
        if isinstance(cut, TooMuch):
            full["*"] = cut.reason
            return []
        hits = self.run([*cut, DAY])
        pairs = [(rule, focus) for rule, names in asked.items() for focus in names]
        return sorted(key for key in pairs if hits.get(key) != self.hits.get(key))

    def _footprint(self, rule: str) -> Footprint:
        footprint = self.footprints[rule]
        assert isinstance(footprint, Footprint)
        return footprint


def edits(state: Any, draw: Random) -> Iterator[Delta]:
    """Yield edits of what the cases hold, each made for the state as it then is."""
    number = 0
    while True:
        lines = [line for line in state.facts() if b"cases.example/" in line or b"fresh.example/" in line]
        number += 1
        delta = draw.choice(_KINDS)(lines, draw, f"<{FRESH}{number}>".encode())
        if delta.added or delta.removed:
            added = as_stored(delta.added)
            yield Delta(added, sorted({*delta.removed} - {*added}))


def _parts(line: bytes) -> tuple[bytes, bytes, bytes]:
    subject, predicate, rest = line.split(b" ", 2)
    return subject, predicate, rest[:-3]


def _joined(subject: bytes, predicate: bytes, object_: bytes) -> bytes:
    return b" ".join((subject, predicate, object_)) + b" .\n"


def _pick(lines: list[bytes], draw: Random) -> bytes:
    """Return a line; every second time one of any property, the rare ones as often as the others."""
    if draw.random() < 0.5:
        return draw.choice(lines)
    property_ = draw.choice(sorted({_parts(line)[1] for line in lines}))
    return draw.choice([line for line in lines if _parts(line)[1] == property_])


def _remove(lines: list[bytes], draw: Random, fresh: bytes) -> Delta:
    del fresh
    return Delta(removed=[_pick(lines, draw)])


def _other_object(lines: list[bytes], draw: Random, fresh: bytes) -> Delta:
    del fresh
    line = _pick(lines, draw)
    subject, predicate, _ = _parts(line)
    others = [o for s, p, o in map(_parts, lines) if p == predicate]
    added = [_joined(subject, predicate, draw.choice(others))]
    return Delta(added, [line] if draw.random() < 0.5 else [])


def _other_subject(lines: list[bytes], draw: Random, fresh: bytes) -> Delta:
    del fresh
    line = _pick(lines, draw)
    _, predicate, object_ = _parts(line)
    others = [s for s, p, o in map(_parts, lines) if p == predicate]
    added = [_joined(draw.choice(others), predicate, object_)]
    return Delta(added, [line] if draw.random() < 0.5 else [])


def _fresh_end(lines: list[bytes], draw: Random, fresh: bytes) -> Delta:
    """Put a fresh node between two statements: one leads to it and a copy of what its sibling says starts from it."""
    line = _pick([line for line in lines if not _parts(line)[2].startswith(b'"')], draw)
    subject, predicate, object_ = _parts(line)
    copied = [_joined(fresh, p, o) for s, p, o in map(_parts, lines) if s == object_]
    return Delta([_joined(subject, predicate, fresh), *draw.sample(copied, min(len(copied), draw.randrange(4)))])


def _copy(lines: list[bytes], draw: Random, fresh: bytes) -> Delta:
    """Add a fresh node of which one other says what it says of another, and that says the same."""
    subject = _parts(draw.choice(lines))[0]
    added = [_joined(fresh, p, o) for s, p, o in map(_parts, lines) if s == subject]
    added += [_joined(s, p, fresh) for s, p, o in map(_parts, lines) if o == subject and draw.random() < 0.5]
    return Delta(added)


def _retire(lines: list[bytes], draw: Random, fresh: bytes) -> Delta:
    del fresh
    retired = [line for line in lines if line.endswith(RETIRED)]
    if retired and draw.random() < 0.4:
        return Delta(removed=[draw.choice(retired)])
    return Delta([_parts(draw.choice(lines))[0] + RETIRED])


def _forget(lines: list[bytes], draw: Random, fresh: bytes) -> Delta:
    del fresh
    node = _parts(draw.choice(lines))[0]
    back = draw.random() < 0.5
    return Delta(removed=[line for line in lines for s, _, o in [_parts(line)] if s == node or (back and o == node)])


def _literal(lines: list[bytes], draw: Random, fresh: bytes) -> Delta:
    del fresh
    line = _pick([line for line in lines if b'"' in line], draw)
    subject, predicate, object_ = _parts(line)
    text, quote, tail = object_[1:].rpartition(b'"')
    other = b"1" if b"#" in tail else text + b"x"
    if b"#date" in tail:
        other = draw.choice([b"2020-01-01", b"2030-01-01"])
    if b"#boolean" in tail:
        other = draw.choice([b"true", b"false"])
    return Delta([_joined(subject, predicate, b'"' + other + quote + tail)], [line])


def _class(lines: list[bytes], draw: Random, fresh: bytes) -> Delta:
    del fresh
    line = draw.choice([line for line in lines if b"#type>" in line])
    classes = [o for _, p, o in map(_parts, lines) if p == f"<{RDF}type>".encode()]
    subject, predicate, _ = _parts(line)
    return Delta([_joined(subject, predicate, draw.choice(classes))], [line] if draw.random() < 0.7 else [])


_KINDS = (
    *(_remove, _remove, _remove, _other_object, _other_object, _other_subject, _other_subject),
    *(_fresh_end, _copy, _retire, _retire, _forget, _literal, _class),
)

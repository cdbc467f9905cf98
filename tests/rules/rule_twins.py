"""The passing and failing twin of each rule, and what the failing one must give.

A folder ``tests/cases/shapes/<rule>`` holds ``pass.ttl``, ``fail.ttl`` and ``expected.csv``. IRIs in them are
relative to a base of the case's own, so that all cases can be judged in one graph; terms are written as in Turtle.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg.data import ontology_folder
from kg.rdf.names import CATALOGUE, NS, PREFIXES, RDF, RDFS
from kg.rules.facts import as_of_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.rules import RuleSet
    from kg.rules.engine import Hit

__all__ = ["CASES", "DAY", "FAIL", "PASS", "Result", "Twins", "all_twins", "case_of", "ground", "results"]

CASES = Path(__file__).resolve().parent.parent / "cases" / "shapes"
DAY = date(2026, 6, 30)
PASS, FAIL = "pass", "fail"
BASE = "https://cases.example/"

_CATALOGUES = ("1-1-2009", "2-4-2015", "3-2-2020", "3-3-2013", "4-1-2018", "4-2-2019")


class Result(NamedTuple):
    """What a rule found: terms in N-Triples syntax, the path in SPARQL syntax; empty where there is none."""

    rule: str
    focus: str
    path: str
    severity: str
    value: str


@dataclass(frozen=True, slots=True)
class Twins:
    """The two cases of a rule.

    Attributes:
        rule: name of the rule.
        folder: where its cases are.
    """

    rule: str
    folder: Path

    def base(self, which: str) -> str:
        """Return the base of the IRIs of one twin."""
        return f"{BASE}{which}/{self.rule}/"

    def facts(self, which: str) -> bytes:
        """Return one twin, `PASS` or `FAIL`, as N-Triples."""
        return b"".join(_ntriples(self.folder / f"{which}.ttl", self.base(which)))

    def copies(self, count: int) -> bytes:
        """Return both twins `count` times: the same facts about other nodes, under other identifiers."""
        whole = b""
        for which in (PASS, FAIL):
            base, facts = self.base(which).encode(), self.facts(which)
            for number in range(count):
                copy = facts.replace(base, base + b"%d/" % number)
                whole += copy.replace(b'/identifier> "', b'/identifier> "%d/' % number)
        return whole

    def expected(self) -> set[Result]:
        """Return what the failing twin must give for its rule."""
        with (self.folder / "expected.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        base = self.base(FAIL)
        return {
            Result(self.rule, _term(row["focus"], base), row["path"], row["severity"], _term(row["value"], base))
            for row in rows
        }


def all_twins() -> list[Twins]:
    """Return the twins that there are, by name of the rule."""
    folders = sorted(folder for folder in CASES.glob("*/*") if folder.is_dir())
    return [Twins(folder.relative_to(CASES).as_posix(), folder) for folder in folders]


def ground(named_in: bytes | None = None) -> bytes:
    """Return the ontology and the catalogues of IEC 62443, with the day for which the cases are judged.

    The link from catalogue entry to item is left out: it makes some 600 entries, none of them in a case, focus nodes of
    every rule about items, which takes pySHACL longer than all cases together.

    Args:
        named_in: cases; where given, only the catalogue entries that they name take part.
    """
    files = [*sorted(ontology_folder().glob("*.ttl"))]
    files += [ontology_folder() / "catalogue" / f"iec62443-{name}.ttl" for name in _CATALOGUES]
    entry, item = NamedNode(NS + "CatalogueEntry"), NamedNode(NS + "Item")
    left_out = str(Triple(entry, NamedNode(RDFS + "subClassOf"), item)).encode() + b" .\n"
    lines = {line for file in files for line in _ntriples(file, BASE)} - {left_out}
    if named_in is not None:
        start = b"<" + CATALOGUE.encode()
        lines = {line for line in lines if not line.startswith(start) or line.partition(b" ")[0] in named_in}
    return as_of_line(DAY) + b"".join(sorted(lines))


def results(rules: RuleSet, hits: Iterable[Hit]) -> set[Result]:
    """Return what `hits` say, without their messages."""
    names = {rule.iri: rule.name for rule in rules.rules}
    shapes = rules.shapes
    return {
        Result(
            names[shapes[hit.shape].rule],
            hit.focus,
            shapes[hit.shape].path,
            str(hit.severity),
            "" if hit.value == hit.focus else hit.value,
        )
        for hit in hits
    }


def case_of(result: Result) -> str:
    """Return the rule for which the case that holds the focus node of `result` was written; empty outside of cases."""
    _, found, rest = result.focus.removeprefix("<").partition(BASE)
    return rest.partition("/")[2].rpartition("/")[0] if found else ""


def _ntriples(file: Path, base: str) -> Iterator[bytes]:
    for quad in parse(path=file, format=RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True):
        yield f"{quad.triple} .\n".encode()


def _term(text: str, base: str) -> str:
    if not text:
        return ""
    prefixes = "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in PREFIXES.items())
    turtle = f"{prefixes}[] <{RDF}value> {text} ."
    (quad,) = parse(input=turtle.encode(), format=RdfFormat.TURTLE, base_iri=base)
    return str(quad.object)

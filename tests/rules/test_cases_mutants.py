"""The twins notice every loosened rule: a constraint, target or filter taken out of a rule changes what it finds."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, Triple
from rule_twins import FAIL, PASS, Result, all_twins, ground, results

from kg.data import shapes_folder
from kg.rdf.names import SH
from kg.rules import RuleSet, packaged_rule_files, read_rules
from kg.rules.engine import Hit
from kg.values import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CONSTRAINTS = re.compile(
    re.escape(SH)
    + "(min|max)(Count|Length|Inclusive|Exclusive)|"
    + re.escape(SH)
    + "(pattern|datatype|hasValue|in|equals|lessThanOrEquals|qualifiedMinCount|not|node|or|sparql)|"
    + re.escape(SH)
    + "(property|targetClass|targetNode|targetSubjectsOf|targetObjectsOf)"
)
TWINS = {twins.rule: twins for twins in all_twins()}


@pytest.fixture(scope="module")
def common() -> str:
    return ground().decode()


@pytest.mark.parametrize("file", packaged_rule_files(), ids=lambda f: f.relative_to(shapes_folder()).as_posix())
def test_every_loosened_rule_is_noticed(common: str, file: Path) -> None:
    rules = read_rules([file])
    cases = [common + "".join(TWINS[r.name].facts(w).decode() for r in rules.rules) for w in (PASS, FAIL)]
    facts = rules.files[0].triples
    right = found(rules, facts, cases)
    unnoticed = defaultdict(list)
    for triple in facts:
        for what, replacement in loosened(triple):
            rest = [*(t for t in facts if t != triple), *replacement]
            if found(rules, rest, cases) == right:
                unnoticed[triple.predicate.value.removeprefix(SH)].append(what)
    assert dict(unnoticed) == {}


def found(rules: RuleSet, facts: Iterable[Triple], cases: list[str]) -> list[set[Result]] | None:
    """Return what the rules find in each case; None where the engine refuses them."""
    import shacl

    try:
        shapes = shacl.Shapes.from_text("".join(f"{t} .\n" for t in facts), "ntriples")
    except ValueError:
        return None
    return [results(rules, hits(shapes.validate_text(case, format="ntriples"), rules)) for case in cases]


def hits(report: object, rules: RuleSet) -> Iterator[Hit]:
    for r in report.results:
        shape = (r.root_shape or "<>")[1:-1]
        if shape in rules.shapes:
            yield Hit(r.focus_node, r.value or "", shape, r.component, Severity(r.severity.lower()), "")


def loosened(triple: Triple) -> Iterator[tuple[str, list[Triple]]]:
    """Yield what is left out of a triple of a rule, and what stands in its place."""
    if CONSTRAINTS.fullmatch(triple.predicate.value):
        yield str(triple.object), []
    if triple.predicate.value == SH + "select":
        query = triple.object.value
        for start, end in filters(query):
            rest = Literal(query[:start] + query[end:])
            yield " ".join(query[start:end].split()), [Triple(triple.subject, triple.predicate, rest)]


def filters(query: str) -> Iterator[tuple[int, int]]:
    """Yield where each FILTER of a query begins and ends."""
    for match in re.finditer(r"FILTER\s*(?:(?:NOT )?EXISTS)?\s*([({])", query):
        opening, depth = match.group(1), 0
        closing = {"(": ")", "{": "}"}[opening]
        for at in range(match.end() - 1, len(query)):
            depth += (query[at] == opening) - (query[at] == closing)
            if not depth:
                yield match.start(), at + 1
                break

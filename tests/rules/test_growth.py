"""No rule grows faster than its data: each is run over one and over eight times as many copies of its own twins."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from rule_twins import Twins, all_twins, ground

from kg.rules import RuleSet, packaged_rule_files, read_rules, select_rules
from kg.rules.engine import compile_rules

if TYPE_CHECKING:
    from pathlib import Path

COPIES = 25
TIMES = 8
TOLERANCE = 3
NOISE = 0.004
"""Seconds of processor time below which a difference says nothing."""

TWINS = all_twins()
IDLE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://w3id.org/interlock/rule/idle> a sh:NodeShape ; sh:targetNode <urn:nothing> ; sh:nodeKind sh:IRI .
"""
JOINED = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix il: <https://w3id.org/interlock/ns#> .
<https://w3id.org/interlock/rule/joined> a sh:NodeShape ; sh:targetClass il:TargetLevel ; sh:property [
  sh:path il:targetFor ;
  sh:sparql [ sh:select '''PREFIX il: <https://w3id.org/interlock/ns#>
    SELECT DISTINCT $this WHERE {
      $this il:targetFor ?scope ; il:foundationalRequirement ?part .
      ?other il:targetFor ?scope ; il:foundationalRequirement ?part .
      FILTER (?other != $this)
    }''' ] ] .
"""


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return read_rules(packaged_rule_files())


@pytest.fixture(scope="module")
def common() -> str:
    return ground().decode()


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A rule that costs nothing: what remains is reading the data."""
    return compiled(IDLE, tmp_path_factory.mktemp("idle"))


def compiled(turtle: str, folder: Path) -> Any:
    file = folder / "rule.ttl"
    file.write_text(turtle, encoding="utf-8")
    return compile_rules(read_rules([file]))


def work(shapes: Any, idle: Any, data: str) -> float:
    """Return the seconds of processor time that judging took beyond reading the data, each the shorter of two runs."""

    def once(which: Any) -> float:
        start = time.process_time()
        which.validate_text(data, format="ntriples")
        return time.process_time() - start

    return min(once(shapes), once(shapes)) - min(once(idle), once(idle))


def growth(shapes: Any, idle: Any, common: str, twins: Twins) -> tuple[float, float]:
    small, large = (common + twins.copies(count).decode() for count in (COPIES, COPIES * TIMES))
    return work(shapes, idle, small), work(shapes, idle, large)


@pytest.mark.parametrize("twins", TWINS, ids=lambda twins: twins.rule)
def test_work_grows_with_the_data(rules: RuleSet, idle: Any, common: str, twins: Twins) -> None:
    one = compile_rules(select_rules(rules, [twins.rule]))
    small, large = growth(one, idle, common, twins)
    assert large <= TIMES * TOLERANCE * max(small, NOISE)


def test_a_query_that_joins_two_open_patterns_would_be_noticed(idle: Any, common: str, tmp_path: Path) -> None:
    twins = next(t for t in TWINS if t.rule == "model/target-level")
    small, large = growth(compiled(JOINED, tmp_path), idle, common, twins)
    assert large > TIMES * TOLERANCE * max(small, NOISE)


def test_every_copy_breaks_the_rule_as_the_original_does(rules: RuleSet, common: str) -> None:
    shapes = compile_rules(rules)
    for twins in TWINS:
        one, four = (len(shapes.validate_text(common + twins.copies(n).decode(), "ntriples").results) for n in (1, 4))
        assert four == 4 * one, twins.rule

"""A generated plant is clean but for what was planted: each planted fault is one finding, and there is no other."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from kg.bench.plants import Plant, generate
from kg.bench.workspace import workspace
from kg.rules import apply_profile, check, load_profile, packaged_rule_files, read_rules

HOUSE = ("house/", "model/evidence-use")
"""Rules that only inform, about patterns that a generator repeats by its nature."""


@pytest.mark.parametrize("seed", [1, 2])
def test_the_findings_are_those_planted(seed: int) -> None:
    plant = Plant()
    for _ in generate(60_000, seed, plant):
        pass
    rules = apply_profile(read_rules(packaged_rule_files()), load_profile("all", []))
    with workspace(60_000, seed) as made:
        findings = check(made.project.facts(), rules, as_of=date(2026, 11, 23))
    idle = {finding.focus.id for finding in findings.items if finding.name == "model/rule-without-target"}
    decisions = {"model/impact-analysis", "model/invalid-link", "model/review"}
    assert idle == decisions  # none is made in a generated plant
    left_out = (*HOUSE, "model/rule-without-target")
    found = Counter(finding.name for finding in findings.items if not finding.name.startswith(left_out))
    assert found == plant.faults
    assert len(found) >= 4

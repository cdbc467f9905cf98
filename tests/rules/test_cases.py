"""Each rule passes its passing twin and finds in its failing twin exactly what was written down, on both engines."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from rule_twins import FAIL, PASS, Result, Twins, all_twins, case_of, ground, results

from kg.rules import RuleSet, packaged_rule_files, read_rules, run_fast, run_judge

if TYPE_CHECKING:
    from pathlib import Path

    from kg.rules.engine import Hit

TWINS = all_twins()


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return read_rules(packaged_rule_files())


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All passing twins in one file, all failing twins in another; no twin speaks of another's nodes."""
    folder, common = tmp_path_factory.mktemp("cases"), ground()
    for which in (PASS, FAIL):
        (folder / f"{which}.nt").write_bytes(common + b"".join(twins.facts(which) for twins in TWINS))
    return {which: folder / f"{which}.nt" for which in (PASS, FAIL)}


@pytest.fixture(scope="module")
def hits(rules: RuleSet, facts: dict[str, Path]) -> dict[str, list[Hit]]:
    return {which: run_fast(rules, file) for which, file in facts.items()}


@pytest.fixture(scope="module")
def found(rules: RuleSet, hits: dict[str, list[Hit]]) -> dict[str, dict[str, set[Result]]]:
    """Which twin → rule → what this rule found in its own case."""
    sorted_out: dict[str, dict[str, set[Result]]] = {which: defaultdict(set) for which in hits}
    for which, some in hits.items():
        for result in results(rules, some):
            if case_of(result) == result.rule:
                sorted_out[which][result.rule].add(result)
    return sorted_out


@pytest.mark.parametrize("twins", TWINS, ids=lambda twins: twins.rule)
def test_the_passing_twin_gives_nothing(found: dict[str, dict[str, set[Result]]], twins: Twins) -> None:
    assert found[PASS][twins.rule] == set()


@pytest.mark.parametrize("twins", TWINS, ids=lambda twins: twins.rule)
def test_the_failing_twin_gives_exactly_what_was_written(
    found: dict[str, dict[str, set[Result]]], twins: Twins
) -> None:
    assert found[FAIL][twins.rule] == twins.expected()


def test_no_rule_speaks_of_what_stands_outside_the_cases(rules: RuleSet, hits: dict[str, list[Hit]]) -> None:
    outside = {r for some in hits.values() for r in results(rules, some) if not case_of(r)}
    assert outside == set()


def test_a_case_alone_gives_what_it_gives_among_all(rules: RuleSet, hits: dict[str, list[Hit]], tmp_path: Path) -> None:
    common = ground()
    together = results(rules, hits[FAIL])
    for twins in TWINS[::7]:
        alone = tmp_path / "alone.nt"
        alone.write_bytes(common + twins.facts(FAIL))
        assert results(rules, run_fast(rules, alone)) == {r for r in together if case_of(r) == twins.rule}, twins.rule


@pytest.mark.parametrize("which", [PASS, FAIL])
def test_the_judge_agrees_on_every_rule_in_every_case(rules: RuleSet, tmp_path: Path, which: str) -> None:
    cases = b"".join(twins.facts(which) for twins in TWINS)
    file = tmp_path / "cases.nt"
    file.write_bytes(ground(named_in=cases) + cases)
    fast, judge = results(rules, run_fast(rules, file)), results(rules, run_judge(rules, file))
    assert len(fast) > len(TWINS)
    assert judge - fast == set(), "the fast engine misses these"
    assert fast - judge == set(), "the fast engine alone gives these"


def test_every_message_is_provoked_by_some_failing_twin(rules: RuleSet, hits: dict[str, list[Hit]]) -> None:
    names = {rule.iri: rule.name for rule in rules.rules}
    said: dict[str, set[str]] = defaultdict(set)
    for hit in hits[FAIL]:
        said[names[rules.shapes[hit.shape].rule]].add(hit.message)
    silent = {
        (rule.name, text.object.value)
        for file in rules.files
        for rule in rules.rules
        if rule.file == file.shown
        for text in file.triples
        if text.predicate.value.endswith("shacl#message")
    }
    all_said = {(name, text) for name, texts in said.items() for text in texts}
    per_text = {text for _, text in all_said}
    assert {text for _, text in silent} - per_text == set()

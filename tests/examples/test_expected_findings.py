"""The plan of faults and what the rules find, held against each other in both directions."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kg import rules
from kg.examples.begin import Example, begin_example
from kg.opening import open_project
from kg.rdf.names import PREFIXES

if TYPE_CHECKING:
    from kg.project.project import Project
    from kg.values import Findings

PLAN = Path(__file__).parent / "expected-findings.csv"
IDLE = "model/rule-without-target"
TODAY = date(2026, 6, 30)
LATER = date(2036, 6, 30)  # planted expiry is long past, everything else lasts


def judged(example: Example, folder: Path, *days: date) -> list[tuple[Project, Findings]]:
    begin_example(example, folder)
    project = open_project(folder)
    project.refresh()
    chosen = rules.read_rules(rules.packaged_rule_files(), prefixes=project.config.prefixes)
    everything = rules.apply_profile(chosen, rules.load_profile("all", []))
    prefixes = project.config.prefixes
    return [(project, rules.check(project.facts(), everything, as_of=day, prefixes=prefixes)) for day in days]


@pytest.fixture(scope="module")
def plant_findings(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Project, Findings]]:
    return judged("plant", tmp_path_factory.mktemp("plant") / "te-plant", TODAY, LATER)


def plan() -> list[dict[str, str]]:
    with PLAN.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def full(name: str, base: str) -> str:
    """Return in N-Triples the term that the plan writes as CURIE or relative IRI."""
    prefix, colon, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>" if colon and prefix in PREFIXES else f"<{base}{name}>"


def test_the_plan_covers_many_rules() -> None:
    rows = plan()
    assert len({row["fault"] for row in rows}) >= 25
    assert len({row["rule"] for row in rows}) >= 25
    assert all(row["why"] for row in rows)


def test_every_planned_finding_is_found_once_and_nothing_else(
    plant_findings: list[tuple[Project, Findings]],
) -> None:
    project, found = plant_findings[0]
    base = project.config.base
    left = list(found.items)
    missing = []
    for row in plan():
        hits = [
            finding
            for finding in left
            if finding.name == row["rule"]
            and finding.severity == row["severity"]
            and finding.focus.iri == base + row["focus"]
            and row["path"] in {"", finding.path}
            and (not row["value"] or finding.value == full(row["value"], base))
        ]
        if len(hits) == 1:
            left.remove(hits[0])
        else:
            missing.append((row["fault"], row["rule"], row["focus"], len(hits)))
    extra = [(finding.name, finding.focus.iri, finding.path, finding.value) for finding in left]
    assert (missing, [one for one in extra if one[0] != IDLE]) == ([], [])


def test_every_rule_but_those_about_decisions_has_something_to_judge(
    plant_findings: list[tuple[Project, Findings]],
) -> None:
    # The plant ships as files; decisions are made in a project, as the story does.
    idle = {f.focus.id for f in plant_findings[0][1].items if f.name == IDLE}
    assert idle == {"model/invalid-link", "model/review"}


def test_the_day_does_not_matter_later_on(plant_findings: list[tuple[Project, Findings]]) -> None:
    now, later = (Counter(finding.fingerprint for finding in found.items) for _, found in plant_findings)
    assert now == later


def test_the_tutorial_has_its_two_faults_and_no_more(tmp_path: Path) -> None:
    [(project, found)] = judged("tutorial", tmp_path / "station", TODAY)
    names = sorted(
        (finding.name, finding.focus.iri.removeprefix(project.config.base))
        for finding in found.items
        if finding.name != IDLE
    )
    assert names == [
        ("iec62443-3-2-2020/ZCR-7.1", "specification/station"),
        ("iec62443-3-3-2013/annex-B", "zone/station"),
    ]


def test_the_tutorial_is_clean_once_they_are_cured(tmp_path: Path) -> None:
    folder = tmp_path / "station"
    begin_example("tutorial", folder)
    file = folder / "model" / "station.ttl"
    text = file.read_text("utf-8")
    cured = text.replace('"2026-03-02"^^xsd:date', '"2036-03-02"^^xsd:date')
    first, sep, rest = cured.partition("<sr/SR-5.3>")
    one, end, after = rest.partition("] .\n")
    copy = (
        (sep + one + end).replace("SR 5.3", "SR 5.4").replace("SR-5.3", "SR-5.4").replace("il:boundary", "il:solution")
    )
    file.write_text(first + sep + one + end + copy + after, "utf-8")
    project = open_project(folder)
    project.refresh()
    chosen = rules.read_rules(rules.packaged_rule_files(), prefixes=project.config.prefixes)
    everything = rules.apply_profile(chosen, rules.load_profile("all", []))
    found = rules.check(project.facts(), everything, as_of=TODAY)
    # One zone has no conduits, safety functions, advisories …: the rules about them judge nothing, and that is said.
    assert {finding.name for finding in found.items} == {IDLE}

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from kg.errors import BrokenFile, InputError
from kg.rules import apply_profile, check, load_profile, profile_names, read_rules, select_rules
from kg.rules.listing import rule_table
from kg.values import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from kg.rules import RuleSet

TURTLE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix rule: <https://w3id.org/interlock/rule/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<https://w3id.org/interlock/rule/iec62443-3-2-2020/ZCR-5.6> a sh:NodeShape ; rdfs:label "Targets"@en ;
  dcterms:source <https://w3id.org/interlock/id/iec62443-3-2-2020/ZCR-5.6> ; sh:targetClass il:Zone ;
  sh:property [ sh:path il:level ; sh:minCount 1 ] .
<https://w3id.org/interlock/rule/iec62443-3-2-2020/ZCR-6.1> a sh:NodeShape ; sh:targetClass il:Zone ;
  dcterms:source "IEC 62443-3-2:2020 6.1 (r)" ; sh:property [ sh:path il:status ; sh:minCount 1 ] .
<https://w3id.org/interlock/rule/house/flat> a sh:NodeShape ; sh:targetClass il:Zone ;
  sh:property [ sh:path il:reason ; sh:minCount 1 ; sh:severity sh:Info ] .
"""
FACTS = b"""<urn:z> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/interlock/ns#Zone> .
<https://w3id.org/interlock/id/iec62443-3-2-2020/ZCR-5.6> <http://purl.org/dc/terms/identifier> "ZCR 5.6" .
<https://w3id.org/interlock/id/iec62443-3-2-2020/ZCR-5.6> <http://purl.org/dc/terms/title> "Targets" .
<https://w3id.org/interlock/id/iec62443-3-2-2020> <http://purl.org/dc/terms/identifier> "IEC 62443-3-2:2020" .
<https://w3id.org/interlock/id/iec62443-3-2-2020> <http://purl.org/dc/terms/title> "Risk" .
"""
DEFINED = b"".join(
    f'<https://w3id.org/interlock/ns#{t}> <http://www.w3.org/2000/01/rdf-schema#label> "x" .\n'.encode()
    for t in ("Zone", "level", "status", "reason", "asOf", "thisCheck")
)
ZCR = "iec62443-3-2-2020/ZCR-"


@pytest.fixture
def rules(tmp_path: Path) -> RuleSet:
    file = tmp_path / "rules.ttl"
    file.write_text(TURTLE, encoding="utf-8")
    return read_rules([file])


def profile(folder: Path, text: str) -> Path:
    (folder / "site.toml").write_text(text, encoding="utf-8")
    return folder


def hit(rules: RuleSet) -> list[tuple[str, str]]:
    found = check([FACTS, DEFINED], rules, as_of=date(2026, 1, 1))
    return [(f.name, str(f.severity)) for f in found.items]


def test_without_a_file_the_profile_all_takes_every_rule(rules: RuleSet) -> None:
    chosen = apply_profile(rules, load_profile("all"))
    assert hit(chosen) == [(ZCR + "5.6", "violation"), (ZCR + "6.1", "violation"), ("house/flat", "info")]
    assert chosen.built_in == {"model/rule-without-target", "model/unknown-term"}


def test_a_profile_includes_excludes_and_changes_severities(rules: RuleSet, tmp_path: Path) -> None:
    text = 'title = "Site"\ninclude = ["iec62443-*", "house/*"]\nexclude = ["ZCR-5.*"]\n'
    text += '[severity]\n"house/flat" = "warning"\n"house/*" = "violation"\n"ZCR-6.1" = "info"\n'
    loaded = load_profile("site", [profile(tmp_path, text)])
    assert loaded.title == "Site"
    chosen = apply_profile(rules, loaded)
    # The first pattern that fits decides; a rule that is out has no targets any more.
    assert hit(chosen) == [("house/flat", "warning"), (ZCR + "6.1", "info")]
    assert chosen.built_in == frozenset()
    assert chosen.severities[ZCR + "6.1"] is Severity.INFO


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("include = 3", BrokenFile, "include must be a list"),
        ("include = [3]", BrokenFile, "include must be a list of rule names"),
        ("rules = []", BrokenFile, "has the key 'rules'; a profile has title, description, include"),
        ('[severity]\n"*" = "bad"', BrokenFile, "severity 'bad' must be one of violation, warning, info"),
        ("title = ", BrokenFile, "is no TOML"),
        ('include = ["ZCR-9.*"]', InputError, "the profile site: no rule is called 'ZCR-9.*'"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(
    rules: RuleSet, tmp_path: Path, text: str, error: type[InputError], said: str
) -> None:
    with pytest.raises(error) as raised:
        apply_profile(rules, load_profile("site", [profile(tmp_path, text)]))
    assert said in str(raised.value)


def test_an_unknown_profile_names_those_that_there_are(tmp_path: Path) -> None:
    folder = profile(tmp_path, "")
    assert {"all", "site"} <= set(profile_names([folder]))
    with pytest.raises(InputError, match="no profile is called 'sites'; there is site"):
        load_profile("sites", [folder])
    with pytest.raises(InputError, match="no profile is called"):
        load_profile("../site", [folder])


def test_rules_are_selected_by_glob_with_or_without_folder(rules: RuleSet) -> None:
    everything = apply_profile(rules, load_profile("all"))
    assert hit(select_rules(everything, ["ZCR-*"])) == [(ZCR + "5.6", "violation"), (ZCR + "6.1", "violation")]
    assert hit(select_rules(everything, [ZCR + "6.?", "flat"])) == [(ZCR + "6.1", "violation"), ("house/flat", "info")]
    assert select_rules(everything, []) is everything
    watched = {"model/rule-without-target", "model/unknown-term"}
    assert select_rules(everything, ["unknown-term"]).built_in == watched


def test_a_glob_that_fits_nothing_names_the_nearest(rules: RuleSet) -> None:
    with pytest.raises(InputError, match=r"no rule is called 'ZCR-5\.7'; nearest: iec62443-3-2-2020/ZCR-5\.6"):
        select_rules(rules, ["ZCR-5.7"])
    with pytest.raises(InputError, match="--list names all"):
        select_rules(rules, ["qqq"])


def test_the_list_of_rules_names_their_clauses(rules: RuleSet) -> None:
    table = rule_table(apply_profile(rules, load_profile("all")), [FACTS])
    assert table.columns == ("rule", "severity", "clause", "asks")
    assert table.rows == (
        ("house/flat", "info", "", ""),
        (ZCR + "5.6", "violation", "IEC 62443-3-2:2020 ZCR 5.6", "Targets"),
        (ZCR + "6.1", "violation", "IEC 62443-3-2:2020 6.1 (r)", ""),
        ("model/rule-without-target", "info", "", "Every rule finds something to judge"),
        ("model/unknown-term", "violation", "", "Every property, class and catalogue entry in use is defined"),
    )

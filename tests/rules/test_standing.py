"""What is found after a change is what a check of all facts finds, and only what the change concerns is judged."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import TYPE_CHECKING

import pytest
from standing_world import DAY_RULE, NAME_RULE, PEER_RULE, World, rules_of

from kg.errors import BrokenFile
from kg.focus.cache import Footprints
from kg.focus.footprint import Edge, Footprint, Opaque
from kg.focus.neighbourhood import TooMuch
from kg.rules import RuleSet, check, select_rules
from kg.rules.standing import StandingCheck
from kg.rules.standing_open import open_standing
from kg.rules.standing_state import StandingState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kg.focus.shapes import Shapes
    from kg.values import Findings

DAY = date(2026, 6, 30)
BOXES = ("t:a a t:Box", "t:b a t:Box", 't:a t:name "A"')


def standing(path: Path | None = None) -> StandingCheck:
    return StandingCheck(StandingState(path), Footprints())


def told(found: Findings) -> list[tuple[str, str]]:
    return sorted(
        (finding.name.removeprefix("test/"), finding.focus.iri.removeprefix("urn:t:")) for finding in found.items
    )


def same(ours: Findings, world: World, rules: RuleSet, day: date = DAY) -> Findings:
    """Return `ours`, once it is what a check of all facts gives."""
    full = check(world.facts(), rules, as_of=day)
    assert (ours.items, ours.rules_run) == (full.items, full.rules_run)
    return ours


@pytest.fixture
def rules(tmp_path: Path) -> RuleSet:
    return rules_of(tmp_path, name=NAME_RULE, peer=PEER_RULE, until=DAY_RULE)


def test_only_what_a_change_concerns_is_judged_again(rules: RuleSet) -> None:
    world, checks = World(*BOXES, "t:b t:standsOn t:a"), standing()
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [("name", "b")]
    asked = world.asked
    world.change('-t:a t:name "A"')
    found = checks.check(world, rules, as_of=DAY)
    assert world.asked == asked
    assert told(found) == [("name", "a"), ("name", "b"), ("peer", "b")]
    assert found.notes == ()
    same(found, world, rules)
    world.change('t:a t:name "A"', 't:b t:name "B"', 't:b t:name "C"')
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [("name", "b")]


def test_several_changes_are_brought_forward_at_once(rules: RuleSet) -> None:
    world, checks = World(*BOXES), standing()
    checks.check(world, rules, as_of=DAY)
    world.change("t:c a t:Box")
    world.change("-t:c a t:Box", "t:d a t:Box")
    world.change('t:b t:name "B"')
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [
        ("model/rule-without-target", "https://w3id.org/interlock/rule/test/peer"),
        ("name", "d"),
    ]


def test_what_is_retired_is_out_and_what_is_no_more_is_back(rules: RuleSet) -> None:
    world, checks = World(*BOXES, "t:b t:standsOn t:a", 't:b t:name "B"'), standing()
    assert told(checks.check(world, rules, as_of=DAY)) == []
    world.change("t:a il:status il:retired")
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules))[-1:] == [
        ("model/rule-without-target", "https://w3id.org/interlock/rule/test/peer")
    ]
    world.change("-t:a il:status il:retired", '-t:a t:name "A"')
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [("name", "a"), ("peer", "b")]


def test_a_literal_is_judged_as_it_is_written(tmp_path: Path) -> None:
    text = NAME_RULE.replace("sh:minCount 1 ; sh:maxCount 1", 'sh:pattern "^0"')
    rules, checks = rules_of(tmp_path, name=text), standing()
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    world = World("t:a a t:Box", "t:a t:size t:x")
    checks.check(world, rules, as_of=DAY)
    world.change(f't:a t:name "07"{integer}')
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == []
    world.change(f't:a t:name "7"{integer}')
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [("name", "a")]
    world.change(f'-t:a t:name "7"{integer}')
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == []


def test_a_literal_can_be_a_focus_node(tmp_path: Path) -> None:
    text = NAME_RULE.replace("sh:targetClass t:Box", "sh:targetObjectsOf t:size").replace(
        "sh:path t:name", "sh:path [ sh:inversePath t:name ]"
    )
    rules, checks = rules_of(tmp_path, name=text), standing()
    seven = '"07"^^<http://www.w3.org/2001/XMLSchema#integer>'
    world = World(f"t:a t:size {seven}")
    assert len(same(checks.check(world, rules, as_of=DAY), world, rules).items) == 1
    world.change(f"t:b t:name {seven}")
    assert same(checks.check(world, rules, as_of=DAY), world, rules).items == ()
    world.change(f"t:c t:name {seven}")
    assert len(same(checks.check(world, rules, as_of=DAY), world, rules).items) == 1
    world.change(f"-t:a t:size {seven}")
    assert [f.name for f in same(checks.check(world, rules, as_of=DAY), world, rules).items] == [
        "model/rule-without-target"
    ]


def test_another_day_concerns_the_rules_that_ask_for_it(rules: RuleSet) -> None:
    world, checks = World(*BOXES, 't:a t:until "2026-07-31"', "t:b t:standsOn t:a"), standing()
    assert told(checks.check(world, rules, as_of=DAY)) == [("name", "b")]
    later = date(2026, 8, 1)
    found = same(checks.check(world, rules, as_of=later), world, rules, later)
    assert told(found) == [("name", "b"), ("until", "a")]
    (note,) = found.notes
    assert (note.code, note.about) == ("full-run", ("https://w3id.org/interlock/rule/test/until",))
    assert note.text == "1 rule ran on all facts: they ask for the day, and it is another one than when they last ran"
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [("name", "b")]


def test_a_rule_that_was_changed_runs_on_all_facts(tmp_path: Path) -> None:
    world, checks = World(*BOXES, "t:b t:standsOn t:a"), standing()
    checks.check(world, rules_of(tmp_path, name=NAME_RULE, peer=PEER_RULE), as_of=DAY)
    rules = rules_of(tmp_path, name=NAME_RULE.replace("sh:maxCount 1", "sh:maxCount 0"), peer=PEER_RULE)
    found = same(checks.check(world, rules, as_of=DAY), world, rules)
    assert told(found) == [("name", "a"), ("name", "b")]
    assert [note.about for note in found.notes] == [("https://w3id.org/interlock/rule/test/name",)]
    assert checks.check(world, rules, as_of=DAY).notes == ()


def test_a_rule_is_another_one_when_a_file_that_it_speaks_of_is(tmp_path: Path) -> None:
    part = PEER_RULE.replace("rule:peer", "rule:part").replace("( t:standsOn t:name )", "t:name")
    whole = NAME_RULE.partition("sh:property")[0] + 'sh:node rule:part ; sh:message "Not whole." .'
    world, checks = World(*BOXES, "t:b t:standsOn t:a", 't:b t:name "B"'), standing()
    first = rules_of(tmp_path, name=whole, part=part)
    assert told(same(checks.check(world, first, as_of=DAY), world, first)) == []
    other = rules_of(tmp_path, name=whole, part=part.replace("minCount 1", "minCount 2"))
    found = same(checks.check(world, other, as_of=DAY), world, other)
    assert told(found) == [("name", "a"), ("name", "b"), ("part", "b")]
    assert [len(note.about) for note in found.notes] == [2]


def test_a_log_that_does_not_tell_means_a_full_run(rules: RuleSet) -> None:
    world, checks = World(*BOXES), standing()
    checks.check(world, rules, as_of=DAY)
    world.change('t:b t:name "B"')
    world.forgetful = True
    found = same(checks.check(world, rules, as_of=DAY), world, rules)
    assert [note.text for note in found.notes] == [
        "4 rules ran on all facts: what changed since they last ran is not on record"
    ]
    assert checks.check(world, rules, as_of=DAY).notes == ()


@pytest.mark.parametrize("hub", [False, True])
def test_too_much_at_once_means_a_full_run(rules: RuleSet, monkeypatch: pytest.MonkeyPatch, hub: bool) -> None:
    monkeypatch.setattr("kg.rules.standing_plan._MOST", 4)
    world, checks = World(*BOXES, *(f"t:b{n} t:standsOn t:a" for n in range(5))), standing()
    checks.check(world, rules, as_of=DAY)
    world.change(*(["t:a il:status il:retired"] if hub else [f't:b t:name "{n}"' for n in range(5)]))
    found = same(checks.check(world, rules, as_of=DAY), world, rules)
    assert [note.text for note in found.notes] == ["4 rules ran on all facts: too much changed since they last ran"]


class Told(Footprints):
    """Footprints that are told instead of compiled."""

    def __init__(self, footprint: Footprint | Opaque) -> None:
        super().__init__()
        self._told = footprint

    def rule(self, rule: str, digest: str, shapes: Callable[[], Shapes]) -> Footprint | Opaque:
        return self._told if rule.endswith("/peer") else super().rule(rule, digest, shapes)


@pytest.mark.parametrize(
    ("footprint", "reason"),
    [
        (Opaque("nobody knows"), "nobody knows"),
        (Footprint((Edge(0, "urn:t:name", False, 1),), open=(1,)), "what they read can't be cut out of the facts"),
        (Footprint((Edge(0, "urn:t:name", False, 1),), open=(0,)), "it reads statements that nothing ties to one item"),
    ],
)
def test_a_rule_that_can_not_be_followed_runs_on_all_facts(
    rules: RuleSet, footprint: Footprint | Opaque, reason: str
) -> None:
    world, checks = World(*BOXES, "t:b t:standsOn t:a"), StandingCheck(StandingState(), Told(footprint))
    checks.check(world, rules, as_of=DAY)
    world.change('-t:a t:name "A"')
    found = same(checks.check(world, rules, as_of=DAY), world, rules)
    assert told(found) == [("name", "a"), ("name", "b"), ("peer", "b")]
    assert [(note.text, note.about) for note in found.notes] == [
        (f"1 rule ran on all facts: {reason}", ("https://w3id.org/interlock/rule/test/peer",))
    ]


def test_a_cut_that_is_too_much_means_a_full_run(rules: RuleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    world, checks = World(*BOXES, "t:b t:standsOn t:a"), standing()
    checks.check(world, rules, as_of=DAY)
    monkeypatch.setattr("kg.rules.standing_run.neighbourhood", lambda *_: TooMuch("more than fits"))
    world.change('-t:a t:name "A"')
    found = same(checks.check(world, rules, as_of=DAY), world, rules)
    assert told(found) == [("name", "a"), ("name", "b"), ("peer", "b")]
    assert [note.text for note in found.notes] == ["2 rules ran on all facts: more than fits"]


def test_a_result_about_a_node_that_the_rule_does_not_select(tmp_path: Path) -> None:
    text = PEER_RULE.replace(
        "( t:standsOn t:name ) ; sh:minCount 1 ;", "t:standsOn ; sh:property [ sh:path t:name ; sh:minCount 1 ] ;"
    )
    rules, checks = rules_of(tmp_path, peer=text), standing()
    world = World("t:b t:standsOn t:a")
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [("peer", "a")]
    world.change('t:a t:name "A"', "t:b t:standsOn t:c")
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [("peer", "c")]
    world.change("-t:b t:standsOn t:c", '-t:a t:name "A"')
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [("peer", "a")]


def test_a_choice_of_rules_is_brought_forward_alone(rules: RuleSet) -> None:
    world, checks = World(*BOXES, "t:b t:standsOn t:a"), standing()
    checks.check(world, rules, as_of=DAY)
    world.change('-t:a t:name "A"')
    chosen = select_rules(rules, ["peer"])
    assert told(same(checks.check(world, chosen, as_of=DAY), world, chosen)) == [("peer", "b")]
    world.change('t:b t:name "B"')
    assert told(same(checks.check(world, rules, as_of=DAY), world, rules)) == [("name", "a"), ("peer", "b")]


def test_full_judges_all_facts_anew(rules: RuleSet) -> None:
    world, checks = World(*BOXES), standing()
    checks.check(world, rules, as_of=DAY)
    asked = world.asked
    found = checks.check(world, rules, as_of=DAY, full=True)
    assert (world.asked, found.notes) == (asked + 1, ())
    same(found, world, rules)


def test_terms_and_their_definitions_are_followed(rules: RuleSet) -> None:
    world, checks = World(*BOXES, 't:b t:name "B"', "t:b t:standsOn t:a"), standing()
    checks.check(world, rules, as_of=DAY)

    def unknown() -> list[str]:
        found = same(checks.check(world, rules, as_of=DAY), world, rules)
        return [f.message for f in found.items if f.name == "model/unknown-term"]

    world.change("t:a il:sise t:b", "t:b il:sise t:a")
    assert [text.partition(";")[0] for text in unknown()] == [
        "No ontology defines the property il:sise (2 items use it)"
    ] * 2
    world.change("t:a il:status il:retired")
    assert [text.partition(";")[0] for text in unknown()] == []
    world.change("-t:a il:status il:retired")
    assert len(unknown()) == 2
    world.change('il:sise rdfs:label "size"')
    assert unknown() == []
    world.change('-il:sise rdfs:label "size"', "-t:b il:sise t:a", "t:b a il:Sise")
    assert [text.partition(";")[0] for text in unknown()] == [
        "No ontology defines the property il:sise",
        "No ontology defines the class il:Sise",
    ]


def test_an_ontology_that_comes_closes_its_namespace(rules: RuleSet) -> None:
    world, checks = World(*BOXES, "t:b t:standsOn t:a", "t:b <urn:o#a> t:a"), standing()
    checks.check(world, rules, as_of=DAY)
    world.change("<urn:o#b> a owl:ObjectProperty", '<urn:o#b> rdfs:label "b"')
    found = same(checks.check(world, rules, as_of=DAY), world, rules)
    assert ("model/unknown-term", "b") in told(found)
    assert [note.text for note in found.notes] == ["1 rule ran on all facts: other namespaces than before are closed"]


def test_a_rule_that_speaks_of_nothing_defined_is_refused_until_it_is(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, name=NAME_RULE.replace("t:name ;", "<https://w3id.org/interlock/ns#nam> ;"))
    world, checks = World(*BOXES), standing()
    for _ in range(2):
        with pytest.raises(BrokenFile, match="il:nam, which is defined nowhere"):
            checks.check(world, rules, as_of=DAY)
    world.change('il:nam rdfs:label "name"')
    same(checks.check(world, rules, as_of=DAY), world, rules)
    world.change('-il:nam rdfs:label "name"')
    with pytest.raises(BrokenFile, match="il:nam, which is defined nowhere"):
        checks.check(world, rules, as_of=DAY)


def test_a_class_tree_that_grows_fills_a_rule(rules: RuleSet) -> None:
    world, checks = World("t:a a t:Crate", "t:a t:standsOn t:a"), standing()
    idle = ("model/rule-without-target", "https://w3id.org/interlock/rule/test/name")
    assert idle in told(same(checks.check(world, rules, as_of=DAY), world, rules))
    world.change("t:Crate rdfs:subClassOf t:Box")
    assert idle not in told(same(checks.check(world, rules, as_of=DAY), world, rules))
    world.change("-t:a a t:Crate")
    assert idle in told(same(checks.check(world, rules, as_of=DAY), world, rules))


def test_two_processes_share_what_they_find(tmp_path: Path, rules: RuleSet) -> None:
    world = World(*BOXES)
    one, other = standing(tmp_path / "check.sqlite"), standing(tmp_path / "check.sqlite")
    one.check(world, rules, as_of=DAY)
    asked = world.asked
    same(other.check(world, rules, as_of=DAY), world, rules)
    world.change('t:b t:name "B"')
    same(one.check(world, rules, as_of=DAY), world, rules)
    same(other.check(world, rules, as_of=DAY), world, rules)
    assert world.asked == asked + 3, "only the comparisons asked for all facts"


def test_a_reader_of_an_older_state_spoils_nothing(tmp_path: Path, rules: RuleSet) -> None:
    path = tmp_path / "check.sqlite"
    old, new = World(*BOXES), World(*BOXES)
    new.change('t:b t:name "B"')
    standing(path).check(new, rules, as_of=DAY)
    old.is_newest = False
    found = same(standing(path).check(old, rules, as_of=DAY), old, rules)
    assert [note.code for note in found.notes] == ["full-run"]
    asked = new.asked
    same(standing(path).check(new, rules, as_of=DAY), new, rules)
    assert new.asked == asked + 1, "only the comparison asked for all facts"


def test_who_writes_too_long_is_not_waited_for(tmp_path: Path, rules: RuleSet) -> None:
    world, path = World(*BOXES), tmp_path / "check.sqlite"
    standing(path).check(world, rules, as_of=DAY)
    world.change('t:b t:name "B"')
    busy = sqlite3.connect(path, isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    found = StandingCheck(StandingState(path, wait=0.01), Footprints()).check(world, rules, as_of=DAY)
    busy.close()
    assert [note.text for note in same(found, world, rules).notes] == [
        "all rules ran on all facts: what they found before can't be used (database is locked)"
    ]


@pytest.mark.parametrize("broken", [b"no database at all, but long enough to be read as one", b""])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, rules: RuleSet, broken: bytes) -> None:
    (tmp_path / "check.sqlite").write_bytes(broken)
    world = World(*BOXES)
    same(open_standing(tmp_path, {}).check(world, rules, as_of=DAY), world, rules)


def test_a_folder_that_can_not_be_written_costs_a_full_run(tmp_path: Path, rules: RuleSet) -> None:
    world = World(*BOXES)
    found = open_standing(tmp_path / "missing", {}).check(world, rules, as_of=DAY)
    assert [note.text for note in same(found, world, rules).notes] == [
        "all rules ran on all facts: what they find can't be kept (unable to open database file)"
    ]


def test_a_file_of_another_version_is_begun_anew(tmp_path: Path, rules: RuleSet) -> None:
    world, path = World(*BOXES), tmp_path / "check.sqlite"
    standing(path).check(world, rules, as_of=DAY)
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 999")
    base.close()
    asked = world.asked
    same(standing(path).check(world, rules, as_of=DAY), world, rules)
    assert world.asked == asked + 2

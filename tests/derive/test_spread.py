"""What becomes suspect, over which way; expected sets worked out by hand from MEANINGS "Change"."""

from __future__ import annotations

from functools import cache

import pytest
from spread_models import CASE, NS, THREE_THREATS, names, reader_of, short

from kg.derive.spread import Reached, Spread
from kg.derive.spread_declared import read_declared
from kg.focus.reads import RecordingReader


def walk(turtle: str, changed: str, earlier: dict[str, dict[str, int]] | None = None) -> dict[str, Reached]:
    reader = reader_of(turtle)
    before = {CASE + item: asks for item, asks in (earlier or {}).items()}
    spread = Spread(RecordingReader(reader), read_declared(reader), lambda result: before.get(result, {}))
    return spread.walk(CASE + changed)


@cache
def three(changed: str) -> set[str]:
    return names(walk(THREE_THREATS, changed))


def test_lowest_threat_touches_nothing_above_its_level() -> None:
    # R1 asks UC 1: of the target's requirements only SR 2.1; below that all; the measure, for it answers SR 2.1.
    assert three("T1") == {"R1", "TL-UC", "SR-2.1", "CR-2.1", "DES", "V-CR", "M"}


def test_middle_threat_reaches_its_level() -> None:
    assert three("T2") == {"R2", "TL-UC", "SR-2.1", "SR-2.1-RE-1", "CR2", "CR-2.1", "DES", "V-CR", "M"}


def test_highest_threat_reaches_all() -> None:
    beyond = {"R3", "TL-IAC", "SR-1.1", "SR-2.1-RE-3", "V-RE-3"}
    assert three("T3") == (three("T2") - {"R2"}) | beyond


def test_changed_target_touches_all_its_requirements() -> None:
    assert three("TL-UC") == (three("T3") - {"R3", "TL-UC", "TL-IAC", "SR-1.1"})


def test_result_that_asked_more_before() -> None:
    # R1 asks 1 now; it asked 2 when it was judged: what it governed then may be unjustified now.
    uc = "https://w3id.org/interlock/id/iec62443-1-1-2009/UC"
    found = names(walk(THREE_THREATS, "R1", {"R1": {uc: 2}}))
    assert {"SR-2.1", "SR-2.1-RE-1"} <= found
    assert "SR-2.1-RE-3" not in found


def test_vanished_result_spreads_what_it_asked() -> None:
    gone = THREE_THREATS.replace(
        ":R2 a il:RiskResult ; il:derivedFrom :T2 ; il:affectsScope :Z ;\n", ":X a il:Item ;\n"
    )
    assert ":R2 a" not in gone
    uc = "https://w3id.org/interlock/id/iec62443-1-1-2009/UC"
    found = names(walk(gone, "R2", {"R2": {uc: 2}}))
    assert {"TL-UC", "SR-2.1", "SR-2.1-RE-1"} <= found
    assert "SR-2.1-RE-3" not in found


def test_component_does_not_shake_its_zone() -> None:
    # Its measure and what that answers, its proofs and evidence, its own requirements; its zone as a member's home and
    # no further: not the other component, not the zone's requirements that do not count on it, no target, no risk.
    assert three("C") == {
        "Z", "CR-2.1", "DES", "V-CR", "EV", "M", "SR-2.1", "SR-2.1-RE-3", "V-RE-3",
    }  # fmt: skip


def test_zone_shakes_its_results_targets_and_members() -> None:
    found = three("Z")
    assert {"R1", "R2", "R3", "TL-UC", "SR-2.1-RE-3", "SR-1.1", "C", "C2"} <= found
    assert "T1" not in found  # never up


def test_paths_are_shortest_and_name_their_links() -> None:
    found = walk(THREE_THREATS, "T1")
    reached = found[CASE + "V-CR"]
    assert [short(iri) for iri in reached.path] == ["T1", "R1", "TL-UC", "SR-2.1", "CR-2.1", "V-CR"]
    assert [short(link) for link, _ in reached.links] == ["derivedFrom"] * 4 + ["verifies"]
    assert {end for _, end in reached.links} == {"subject"}


def test_two_ways_of_one_length_give_one_path() -> None:
    turtle = """:T a il:ThreatScenario . :A a il:Requirement ; il:derivedFrom :T .
    :B a il:Requirement ; il:derivedFrom :T .
    :X a il:Requirement ; il:derivedFrom :B, :A ."""
    found = walk(turtle, "T")
    assert [short(iri) for iri in found[CASE + "X"].path] == ["T", "A", "X"]


def test_loops_end() -> None:
    found = walk(":A a il:Requirement ; il:derivedFrom :B . :B a il:Requirement ; il:derivedFrom :A .", "A")
    assert names(found) == {"B"}


def test_retired_items_stop_it() -> None:
    turtle = """:T a il:ThreatScenario . :A a il:Requirement ; il:derivedFrom :T ; il:status il:retired .
    :B a il:Requirement ; il:derivedFrom :A ."""
    assert not walk(turtle, "T")


def test_allocation_belongs_to_its_requirement() -> None:
    turtle = """:S a il:SystemRequirement ; il:hasAllocation [ il:providedBy :SV ; il:pathOver :K ], :PART .
    :PART a il:Allocation ; il:allocatedTo :C . :SV a il:SecurityService . :K a il:Conduit . :C a il:Component .
    :CR a il:ComponentRequirement ; il:derivedFrom :S ; il:requiredOf :C9 . :V a il:Verification ; il:verifies :S ."""
    for changed, link in (("SV", "providedBy"), ("K", "pathOver"), ("C", "allocatedTo")):
        found = walk(turtle, changed)
        assert names(found) == {"S", "V"}  # not the component requirement that derives from it: that is need
        assert found[CASE + "S"].links == ((NS + link, "subject"),)


def test_consequence_part_leads_from_hazard_to_result() -> None:
    turtle = ":R a il:RiskResult ; il:hasConsequence [ a il:Consequence ; il:consequenceOf :H ] . :H a il:Hazard ."
    assert names(walk(turtle, "H")) == {"R"}


def test_what_hangs_on_an_interface_hangs_on_its_component() -> None:
    turtle = """:C a il:Component ; il:hasInterface :P . :P a il:NetworkInterface ; il:attachedTo :Z . :Z a il:Zone .
    :T a il:DiagnosticTest ; il:carriedBy :P ; il:diagnoses :E . :E a il:Element ; il:partOfSubsystem :S .
    :S a il:Subsystem ; il:partOfFunction :F . :F a il:SafetyFunction ."""
    assert names(walk(turtle, "C")) == {"T", "E", "S", "F", "Z"}
    assert names(walk(turtle, "Z")) == {"C"}


def test_setting_touches_what_it_serves_and_what_is_bound_to_it() -> None:
    turtle = """:SE a il:Setting ; il:settingOf :C ; il:contributesTo :M . :M a il:Countermeasure ; il:answers :SR1 .
    :SR1 a il:SystemRequirement . :SR2 a il:SystemRequirement ; il:hasAllocation [ il:allocatedTo :C ] .
    :CR a il:ComponentRequirement ; il:requiredOf :C . :V a il:Verification ; il:verifies :CR ; il:verifiedOn :C .
    :M2 a il:Countermeasure ; il:deployedOn :C . :C a il:Component .
    :CL a il:CapabilityClaim ; il:assumesSetting :SE ."""
    # Not SR2, CR and M2: the component's other requirements and measures don't rest on this setting.
    assert names(walk(turtle, "SE")) == {"C", "M", "SR1", "V", "CL"}


def test_measure_reaches_the_safety_function_it_meets_and_comes_not_back() -> None:
    turtle = """:M a il:Countermeasure ; il:answers :SR . :SR a il:SystemRequirement . :F a il:SafetyFunction .
    :I a il:Interaction ; il:securitySide :M ; il:safetySide :F . :M2 a il:Countermeasure ; il:answers :SR2 .
    :I2 a il:Interaction ; il:securitySide :M2 ; il:safetySide :F . :SR2 a il:SystemRequirement .
    :AN a il:InteractionAnalysis ; il:analysesInteraction :I ."""
    assert names(walk(turtle, "M")) == {"SR", "I", "F", "AN"}
    assert names(walk(turtle, "F")) == {"I", "I2", "AN"}
    assert names(walk(turtle, "I")) == {"M", "F", "AN"}  # the measure, not what it answers: that it met was known


def test_vulnerability_reaches_judgements_scenarios_and_what_they_ask() -> None:
    turtle = """:V a il:Vulnerability .
    :VA a il:VulnerabilityAssessment ; il:assessesVulnerability :V ; il:onComponent :C .
    :T a il:ThreatScenario ; il:exploits :V . :R a il:RiskResult ; il:derivedFrom :T . :C a il:Component .
    :K a il:Contest ; il:raisedBy :V ; il:contests :CL . :CL a il:CapabilityClaim .
    :PS a il:ProductStatus ; il:statusOf :V ; il:forProduct :PV . :PV a il:ProductVersion .
    :D a il:Component ; il:runs :PV . :CRD a il:ComponentRequirement ; il:requiredOf :D ."""
    assert names(walk(turtle, "V")) == {"VA", "T", "R", "K", "CL"}
    assert names(walk(turtle, "PS")) == {"V", "VA", "T", "K", "CL", "PV", "D", "CRD"}  # a statement raises no new need
    assert names(walk(turtle, "PV")) == {"D", "CRD"}


def test_method_shakes_results_and_what_they_govern() -> None:
    turtle = THREE_THREATS.replace(":R1 a il:RiskResult ;", ":R1 a il:RiskResult ; il:resultOf :A ;")
    turtle += ":A a il:DetailedRiskAssessment ; il:usesMethod :RM . :RM a il:RiskMethod ."
    found = names(walk(turtle, "RM"))
    assert {"A", "R1", "TL-UC", "SR-2.1"} <= found
    assert not found & {"R2", "SR-2.1-RE-1", "SR-2.1-RE-3"}


@pytest.mark.parametrize("changed", ["SR-2.1", "CR-2.1"])
def test_never_up_from_child_to_parent(changed: str) -> None:
    assert not three(changed) & {"TL-UC", "R1", "T1", "SR-2.1-RE-1"} - {changed}

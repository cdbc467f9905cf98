"""The state of a link by the records about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review_models import BASE
from review_world import OTHER, REVIEWS, World

from kg.rdf.names import NS
from kg.review.links import Link
from kg.store import Delta

if TYPE_CHECKING:
    from pathlib import Path

CHAIN = """
:t a il:ThreatScenario ; dcterms:title "T" .
:r a il:RiskResult ; dcterms:title "R" ; il:derivedFrom :t .
"""
LINK = Link(BASE + "r", NS + "derivedFrom", BASE + "t")
STATE = "r derivedFrom t"


def test_a_link_through_its_life(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.say(CHAIN)
    assert world.of("r") == {STATE: "unreviewed"}
    world.judge([LINK])
    assert world.of("t") == world.of("r") == {STATE: "valid"}
    world.say(CHAIN.replace('"T"', '"T2"'))
    assert world.of("r") == {STATE: "suspect"}
    assert world.standing("r", "derivedFrom", "t").changed == (BASE + "t",)
    world.judge([LINK], valid=False)
    assert world.of("r") == {STATE: "invalid"}
    world.say(CHAIN.replace('"T"', '"T2"').replace('"R"', '"R2"'))
    assert world.of("r") == {STATE: "suspect"}
    assert world.standing("r", "derivedFrom", "t").changed == (BASE + "r",)


def test_going_back_makes_the_earlier_record_count(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.say(CHAIN)
    world.judge([LINK])
    world.say(CHAIN.replace('"T"', '"T2"'))
    world.judge([LINK], valid=False)
    world.say(CHAIN)
    assert world.of("r") == {STATE: "valid"}
    world.say(CHAIN.replace('"T"', '"T2"'))
    assert world.of("r") == {STATE: "invalid"}


def test_the_latest_fitting_record_decides(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.say(CHAIN)
    for valid, state in ((True, "valid"), (False, "invalid"), (True, "valid")):
        world.judge([LINK], valid=valid)
        assert world.of("r") == {STATE: state}


def test_records_of_two_branches_are_all_there(tmp_path: Path) -> None:
    """One branch judged before the threat changed, the other after it; then git merged both."""
    world = World(tmp_path)
    world.say(CHAIN)
    world.judge([LINK])
    first = world.state.lines(REVIEWS)
    world.edit({REVIEWS: Delta(removed=first)})
    world.say(CHAIN.replace('"T"', '"T2"'))
    world.judge([LINK], valid=False)
    world.edit({REVIEWS: Delta(added=first)})
    assert world.of("r") == {STATE: "invalid"}
    world.say(CHAIN)
    assert world.of("r") == {STATE: "valid"}


def test_an_acceptance_counts_as_a_record_of_each_link(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.say(CHAIN)
    world.accept("R1")
    assert world.of("r") == {STATE: "valid"}
    world.say(CHAIN.replace('"T"', '"T2"'))
    assert world.of("r") == {STATE: "suspect"}
    assert world.standing("r", "derivedFrom", "t").record.iri == f"{BASE}acceptance/R1"  # type: ignore[union-attr]
    world.accept("R2")
    assert world.of("r") == {STATE: "valid"}
    world.say(CHAIN)
    assert world.of("r") == {STATE: "valid"}
    assert world.standing("r", "derivedFrom", "t").record.iri == f"{BASE}acceptance/R1"  # type: ignore[union-attr]


def test_a_link_that_came_after_an_acceptance_is_unreviewed(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.say(CHAIN)
    world.accept("R1")
    world.say(CHAIN + ":t2 a il:ThreatScenario . :r il:derivedFrom :t2 .")
    assert world.of("r") == {"r derivedFrom t": "suspect", "r derivedFrom t2": "unreviewed"}


def test_a_member_that_came_later_asks_the_zone_to_be_looked_at(tmp_path: Path) -> None:
    world = World(tmp_path)
    zone = ":z a il:Zone . :c1 a il:Component ; il:locatedIn :z ."
    world.say(zone)
    world.accept("R1")
    world.say(zone + ":c2 a il:Component ; il:locatedIn :z .")
    assert world.of("z") == {"c1 locatedIn z": "valid", "c2 locatedIn z": "unreviewed"}
    assert world.standing("c2", "locatedIn", "z").asks
    assert not world.standing("c1", "locatedIn", "z").asks
    world.judge([Link(BASE + "c2", NS + "locatedIn", BASE + "z")])
    assert not world.standing("c2", "locatedIn", "z").asks


def test_a_member_that_went_asks_the_zone_until_it_is_judged_without(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.say(":z a il:Zone . :y a il:Zone . :c a il:Component ; il:locatedIn :z .")
    world.accept("R1")
    world.say(":z a il:Zone . :y a il:Zone . :c a il:Component ; il:locatedIn :y .")
    assert world.of("z") == {"c locatedIn z (gone)": "suspect"}
    world.judge([Link(BASE + "c", NS + "locatedIn", BASE + "z")])
    assert world.of("z") == {"c locatedIn z (gone)": "valid"}
    world.say(":z a il:Zone . :y a il:Zone . :c a il:Component ; il:locatedIn :z .")
    assert world.of("z") == {"c locatedIn z": "valid"}


def test_an_end_that_went_or_is_retired(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.say(CHAIN)
    world.accept("R1")
    world.say(CHAIN.replace('"T"', '"T" ; il:status il:retired'))
    assert world.standing("r", "derivedFrom", "t").asks
    world.say(":r a il:RiskResult ; dcterms:title 'R' ; il:derivedFrom :t .")
    assert world.standing("r", "derivedFrom", "t").changed == (BASE + "t",)
    assert world.standing("r", "derivedFrom", "t").asks
    world.say(CHAIN.replace('"R"', '"R" ; il:status il:retired'))
    assert not world.standing("r", "derivedFrom", "t").asks


def test_links_of_parts_are_their_owners(tmp_path: Path) -> None:
    world = World(tmp_path)
    model = ":q il:hasAllocation [ a il:Allocation ; il:allocatedTo :c ] . :c a il:Component ; dcterms:title 'C' ."
    world.say(model)
    assert world.of("c") == {"q allocatedTo c": "unreviewed"}
    world.accept("R1")
    world.say(model.replace("'C'", "'D'"))
    assert world.of("q") == {"q allocatedTo c": "suspect"}


def test_the_source_that_says_it_does_not_matter(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.say(CHAIN)
    world.accept("R1")
    world.say(CHAIN, OTHER)
    world.say("")
    assert world.of("r") == {STATE: "valid"}
    world.say(CHAIN.replace('"T"', '"T2"'), OTHER)
    assert world.of("r") == {STATE: "suspect"}

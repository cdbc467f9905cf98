"""Which requirements lose their reason when sources go (Q28); each expected set is worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from spread_models import THREE_THREATS, builtin, lines_of, short

from kg.derive import Derivations
from kg.derive.computed import ComputedUnit
from kg.derive.query import parse_derivation
from kg.derive.unjustified import Unjustified
from kg.project.config import Config
from kg.project.derived import Context
from kg.project.history import History
from kg.store import memory_state

LOST = Path(__file__).parents[2] / "kg" / "derive" / "lost-source.rq"


def unjustified(turtle: str, *gone: str) -> set[tuple[str, str]]:
    """Requirement and source, after `gone` were retired (``T1``) or lost every statement (``-T1``)."""
    lines = lines_of(turtle + "".join(f":{name} il:status il:retired .\n" for name in gone if name[0] != "-"))
    for name in gone:
        if name[0] == "-":
            lines = [line for line in lines if not line.startswith(f"<https://example.org/case/{name[1:]}> ".encode())]
    state = memory_state({"urn:words": [builtin()], "urn:facts": lines})
    context = Context(Config("https://example.org/case/"), History(Path("no-records")), ())
    Derivations([parse_derivation("lost-source", LOST.read_text("utf-8")), ComputedUnit(Unjustified())]).bring(
        state, None, "", context
    )
    return {
        (short(line.split()[0].decode()[1:-1]), short(line.split()[2].decode()[1:-1]))
        for line in state.lines(context.graph)
        if b"#unjustifiedBecauseOf>" in line
    }


def of(found: set[tuple[str, str]]) -> set[str]:
    return {requirement for requirement, _ in found}


@pytest.mark.parametrize("mark", ["", "-"], ids=["retired", "vanished"])
class TestOneOfThree:
    def test_lowest(self, mark: str) -> None:
        assert unjustified(THREE_THREATS, f"{mark}T1") == set()  # T2 and T3 ask more

    def test_middle(self, mark: str) -> None:
        assert unjustified(THREE_THREATS, f"{mark}T2") == set()  # T3 asks more

    def test_highest(self, mark: str) -> None:
        # Only T3 asks 3 of UC, and anything of IAC.
        assert unjustified(THREE_THREATS, f"{mark}T3") == {("SR-2.1-RE-3", "T3"), ("SR-1.1", "T3")}

    def test_two(self, mark: str) -> None:
        # CR2 derives from RE 1. T1 still asks for SR 2.1 and all below it.
        assert unjustified(THREE_THREATS, f"{mark}T2", f"{mark}T3") == {
            ("SR-2.1-RE-3", "T3"), ("SR-1.1", "T3"),
            ("SR-2.1-RE-1", "T2"), ("SR-2.1-RE-1", "T3"), ("CR2", "T2"), ("CR2", "T3"),
        }  # fmt: skip

    def test_all(self, mark: str) -> None:
        found = unjustified(THREE_THREATS, f"{mark}T1", f"{mark}T2", f"{mark}T3")
        assert of(found) == {"SR-2.1", "SR-2.1-RE-1", "SR-2.1-RE-3", "SR-1.1", "CR-2.1", "DES", "CR2"}
        assert {source for requirement, source in found if requirement == "DES"} == {"T1", "T2", "T3"}
        assert {source for requirement, source in found if requirement == "SR-2.1-RE-3"} == {"T3"}


def test_result_itself_retired_or_gone() -> None:
    expected = {"SR-2.1-RE-3", "SR-1.1"}
    assert of(unjustified(THREE_THREATS, "R3")) == expected
    # What a vanished result asked is unknown: all that it may have governed and that nothing else governs.
    assert of(unjustified(THREE_THREATS, "-R3")) == expected


@pytest.mark.parametrize(
    ("parent", "last"),
    [
        (":P a il:Policy .", "P"), (":P a il:Hazard .", "P"), (":P a il:Profile .", "P"), (":P a il:Contract .", "P"),
        (":P a il:EssentialFunction .", "P"), (":P a il:Regulation .", "P"), (":P a il:Requirement .", "P"),
        (":P a il:Requirement ; il:derivedFrom :POL . :POL a il:Policy .", "POL"),
    ],
)  # fmt: skip
def test_another_parent_keeps_it(parent: str, last: str) -> None:
    kept = THREE_THREATS + parent + " :SR-2.1-RE-3 il:derivedFrom :P ."
    assert of(unjustified(kept, "T3")) == {"SR-1.1"}
    assert "SR-2.1-RE-3" in of(unjustified(kept, "T3", last))


def test_parent_that_is_unjustified_itself_does_not_keep_it() -> None:
    turtle = THREE_THREATS + ":SR-2.1-RE-3 il:derivedFrom :SR-1.1 ."
    assert of(unjustified(turtle, "T3")) == {"SR-1.1", "SR-2.1-RE-3"}


def test_another_parent_of_the_target_keeps_its_requirements() -> None:
    assert of(unjustified(THREE_THREATS + ":TL-UC il:derivedFrom :P . :P a il:Policy .", "T3")) == {"SR-1.1"}
    for basis in ("override", "prescribed", "initialAssessment"):
        assert of(unjustified(f"{THREE_THREATS} :TL-UC il:basis il:{basis} .", "T3")) == {"SR-1.1"}
    assert of(unjustified(THREE_THREATS + ":TL-UC il:basis il:detailedAssessment .", "T3")) == {"SR-1.1", "SR-2.1-RE-3"}


def test_second_scenario_of_a_result_keeps_it() -> None:
    turtle = THREE_THREATS + ":R3 il:derivedFrom :T4 . :T4 a il:ThreatScenario ."
    assert unjustified(turtle, "T3") == set()
    assert of(unjustified(turtle, "T3", "T4")) == {"SR-2.1-RE-3", "SR-1.1"}


def test_hazard_and_direct_parents() -> None:
    turtle = """:H a il:Hazard . :S a il:SafetyRequirement ; il:derivedFrom :H .
    :X a il:Requirement ; il:derivedFrom :S .
    :T a il:ThreatScenario . :D a il:SecurityRequirement ; il:derivedFrom :T ."""
    assert unjustified(turtle, "H") == {("S", "H"), ("X", "H")}
    assert unjustified(turtle, "-H", "T") == {("S", "H"), ("X", "H"), ("D", "T")}


def test_contributing_result_does_not_keep_it() -> None:
    # R1 asks UC 1: it stands, and keeps SR 2.1, but neither of the enhancements.
    assert of(unjustified(THREE_THREATS, "T2", "T3")) == {"SR-2.1-RE-1", "SR-2.1-RE-3", "CR2", "SR-1.1"}


def test_requirement_without_level_is_kept_by_any_demand() -> None:
    turtle = THREE_THREATS + ":OWN a il:SecurityRequirement ; il:derivedFrom :TL-UC ."
    assert "OWN" not in of(unjustified(turtle, "T2", "T3"))
    assert "OWN" in of(unjustified(turtle, "T1", "T2", "T3"))


def test_retired_requirement_and_orphans_are_left_out() -> None:
    turtle = THREE_THREATS + ":ORPHAN a il:Requirement ."
    assert of(unjustified(turtle, "T3", "SR-1.1")) == {"SR-2.1-RE-3"}


def test_loop_of_requirements() -> None:
    turtle = """:T a il:ThreatScenario . :A a il:Requirement ; il:derivedFrom :B, :T .
    :B a il:Requirement ; il:refines :A ."""
    assert unjustified(turtle, "T") == {("A", "T"), ("B", "T")}
    assert unjustified(turtle) == set()

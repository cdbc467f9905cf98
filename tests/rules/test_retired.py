"""What is retired takes no part in a check: nothing is demanded of it, and nothing rests on it."""

from __future__ import annotations

from kg.rdf.names import NS, RDF
from kg.rules.facts import fact_file

ZONE = f"<urn:zone> <{RDF}type> <{NS}Zone> .\n"
OLD = f"<urn:old> <{RDF}type> <{NS}TargetLevel> .\n<urn:old> <{NS}targetFor> <urn:zone> .\n"
CHILD = f"<urn:requirement> <{NS}derivedFrom> <urn:old> .\n"
RETIRED = f"<urn:old> <{NS}status> <{NS}retired> .\n"
PLANNED = f"<urn:old> <{NS}status> <{NS}planned> .\n"
ABOUT = f'<urn:requirement> <{NS}reason> "see <urn:old> .\\n" .\n'


def kept(*facts: str) -> set[str]:
    with fact_file(fact.encode() for fact in facts) as file:
        assert file.path.read_bytes() == file.bytes[:]
        return {line + "\n" for line in file.bytes[:].decode().split("\n") if line}


def test_what_a_retired_item_says_and_what_rests_on_it_is_left_out() -> None:
    assert kept(ZONE, OLD, CHILD, ABOUT, RETIRED) == {ZONE, ABOUT}


def test_what_is_only_planned_stays() -> None:
    assert kept(ZONE, OLD, CHILD, PLANNED) == {ZONE, PLANNED, CHILD, *OLD.splitlines(keepends=True)}


def test_several_retired_items_are_left_out_and_their_namesakes_stay() -> None:
    other = RETIRED.replace("urn:old", "urn:older")
    namesake = f"<urn:oldest> <{RDF}type> <{NS}Zone> .\n"
    assert kept(RETIRED, other, namesake, OLD, OLD.replace("urn:old", "urn:older")) == {namesake}

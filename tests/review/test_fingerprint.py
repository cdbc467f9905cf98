"""What changes a fingerprint and what does not; and the streamed way gives the same."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat
from review_models import BASE, lines, reader, rules, streamed

from kg.review.fingerprint import GONE, fingerprint

ITEM = BASE + "x"


def prints(*graphs: list[bytes]) -> str:
    """The fingerprint of the item x, told by both ways."""
    one = fingerprint(reader(*graphs), ITEM, rules())
    assert streamed(*graphs).get(ITEM, GONE) == one
    return one


def of(turtle: str) -> str:
    return prints(lines(turtle))


REQUIREMENT = """
:x a il:SystemRequirement ; dcterms:identifier "SR-1" ; dcterms:title "Lock" ; il:text "Lock it." ;
   il:derivedFrom :t1, :t2 ;
   il:hasAllocation [ a il:Allocation ; il:allocationMode il:each ; il:allocatedTo :c1, :c2 ] .
"""


def test_the_form() -> None:
    found = of(REQUIREMENT)
    assert found.startswith("1:")
    assert len(found) == 34
    assert set(found[2:]) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"SR-1"', '"SR-2"'),
        ("il:derivedFrom :t1, :t2", "il:derivedFrom :t2, :t1"),
        ('il:text "Lock it."', 'il:text "Lock it." ; il:status il:implemented'),
        ('il:text "Lock it."', 'il:text "Lock it." ; il:ownedBy :somebody ; il:reviewDue "2027-01-01"^^xsd:date'),
        ('il:text "Lock it."', 'il:text "Lock it." ; prov:wasAttributedTo :tool ; rdfs:comment "so what"'),
        ('il:text "Lock it."', 'il:text "Lock it." ; il:suspectBecauseOf :t1 ; il:unjustifiedBecauseOf :t2'),
        ("a il:SystemRequirement", "a il:SystemRequirement, owl:NamedIndividual"),
    ],
)
def test_what_does_not_count(old: str, new: str) -> None:
    assert old in REQUIREMENT
    assert of(REQUIREMENT.replace(old, new)) == of(REQUIREMENT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Lock it."', '"Lock it!"'),
        ('"Lock it."', '"Lock it."@en'),
        ('"Lock"', '"Bolt"'),
        (":t1, :t2", ":t1"),
        (":t1, :t2", ":t1, :t3"),
        ("a il:SystemRequirement", "a il:ComponentRequirement"),
        ("il:each", "il:solution"),
        (":c1, :c2", ":c1"),
        ('il:text "Lock it."', 'il:text "Lock it." ; il:status il:retired'),
        ('il:text "Lock it."', 'il:text "Lock it." ; :own 1'),
        ('il:text "Lock it."', 'il:text "Lock it." ; il:validUntil "2027-01-01"^^xsd:date'),
    ],
)
def test_what_counts(old: str, new: str) -> None:
    assert old in REQUIREMENT
    assert of(REQUIREMENT.replace(old, new)) != of(REQUIREMENT)


def test_a_class_may_count_what_others_do_not() -> None:
    due = 'dcterms:title "T" ; il:reviewDue "2027-01-01"^^xsd:date .'
    later = due.replace("2027", "2028")
    assert of(f":x a il:Countermeasure ; {due}") == of(f":x a il:Countermeasure ; {later}")
    assert of(f":x a il:CompensatingCountermeasure ; {due}") != of(f":x a il:CompensatingCountermeasure ; {later}")


def test_a_class_inherits_what_counts_from_a_users_class() -> None:
    own = ":Stopgap rdfs:subClassOf il:CompensatingCountermeasure . :x a :Stopgap ; il:reviewDue {} ."
    first, second = (lines(own.format(f'"{year}-01-01"^^xsd:date')) for year in (2027, 2028))
    assert fingerprint(reader(first), ITEM) != fingerprint(reader(second), ITEM)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("4.0", "4.00"),
        ('"1"^^xsd:boolean', "true"),
        ('"007"^^xsd:integer', "7"),
        ('"2026-01-01T00:00:00+00:00"^^xsd:dateTime', '"2026-01-01T00:00:00.0Z"^^xsd:dateTime'),
        ('"a"@EN-gb', '"a"@en-GB'),
        ('"a"^^xsd:string', '"a"'),
        (r'"\u00e9"', '"é"'),
    ],
)
def test_two_forms_of_one_literal(first: str, second: str) -> None:
    assert of(f":x a il:Component ; :own {first} .") == of(f":x a il:Component ; :own {second} .")


@pytest.mark.parametrize(
    ("first", "second"),
    [('"é"', '"e\u0301"'), ("1", "1.0"), ('"a"@en', '"a"@de'), ('"a"', '"a "'), ('"x\\ny"', '"x y"'), (":a", '"a"')],
)
def test_two_literals(first: str, second: str) -> None:
    assert of(f":x a il:Component ; :own {first} .") != of(f":x a il:Component ; :own {second} .")


def test_both_forms_of_a_literal_are_one_statement() -> None:
    assert of(":x a il:Component ; :own 4.0, 4.00 .") == of(":x a il:Component ; :own 4 .".replace("4 ", "4.0 "))


def test_a_triple_in_several_graphs_counts_once() -> None:
    whole = lines(REQUIREMENT)
    assert prints(whole, whole[:3]) == prints(whole[::2], whole[1::2]) == prints(whole)


def test_every_format_of_a_file() -> None:
    nt = "\n".join(
        f"<{BASE}x> {rest} ."
        for rest in (
            "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/interlock/ns#Conduit>",
            '<http://purl.org/dc/terms/title> "C"@en',
            "<https://w3id.org/interlock/ns#hasEnd> _:b",
        )
    )
    nt += f"\n_:b <https://w3id.org/interlock/ns#atZone> <{BASE}z> .\n"
    turtle = ':x a il:Conduit ; dcterms:title "C"@en ; il:hasEnd [ il:atZone :z ] .'
    json_ld = (
        '{"@context": {"il": "https://w3id.org/interlock/ns#", "title": "http://purl.org/dc/terms/title"},'
        f'"@id": "{BASE}x", "@type": "il:Conduit", "title": {{"@value": "C", "@language": "en"}},'
        f'"il:hasEnd": {{"il:atZone": {{"@id": "{BASE}z"}}}}}}'
    )
    assert of(turtle) == prints(lines(nt, RdfFormat.N_TRIPLES)) == prints(lines(json_ld, RdfFormat.JSON_LD))


def test_labels_of_parts_do_not_matter_and_their_content_does() -> None:
    named = ":x a il:Conduit ; il:hasEnd {} . {} a il:ConduitEnd ; il:atZone {} ."
    assert of(named.format("_:a", "_:a", ":z")) == of(named.format("_:b", "_:b", ":z"))
    assert of(named.format(":end-1", ":end-1", ":z")) == of(named.format("_:a", "_:a", ":z"))
    assert of(named.format(":end-1", ":end-1", ":y")) != of(named.format("_:a", "_:a", ":z"))


def test_twins_are_two() -> None:
    once = ":x a il:Conduit ; il:hasEnd [ a il:ConduitEnd ; il:atZone :z ] ."
    twice = ":x a il:Conduit ; il:hasEnd [ a il:ConduitEnd ; il:atZone :z ], [ a il:ConduitEnd ; il:atZone :z ] ."
    assert of(once) != of(twice)


CYCLE = """
:x a il:Conduit ; il:hasEnd {a} . {a} a il:ConduitEnd ; :next {b} . {b} a il:ConduitEnd ; :next {c} .
{c} a il:ConduitEnd ; :next {a} ; il:atZone :z .
"""


def test_parts_that_lead_back_to_one_another() -> None:
    names = [
        CYCLE.format(a=a, b=b, c=c) for a, b, c in (("_:a", "_:b", "_:c"), ("_:c", "_:a", "_:b"), (":p", ":q", ":r"))
    ]
    first, second, third = map(of, names)
    assert first == second == third
    assert of(names[0].replace(":z", ":y")) != first
    assert of(names[2].replace(":q a il:ConduitEnd ;", ":q a il:ConduitEnd ; il:number 1 ; :own 1 ;")) != first


def test_parts_too_entangled_to_be_walked_are_called_by_name() -> None:
    """Twelve ends that all lead to all: their ways are more than anybody can walk."""
    ends = [f":e{number}" for number in range(12)]
    text = f":x a il:Conduit ; il:hasEnd {', '.join(ends)} ."
    text += "".join(f"{end} a il:ConduitEnd ; il:number 1 ; :next {', '.join(ends)} ." for end in ends)
    first = of(text)
    assert first != GONE
    assert of(text + ":e7 il:atZone :z .") != first


def test_a_named_part_of_another_item_counts_by_its_name() -> None:
    port = ":plc a il:Component ; il:hasInterface :port . :port a il:NetworkInterface ; il:attachedTo {} ."
    threat = ":x a il:ThreatScenario ; il:entersThrough :port ."
    assert of(threat + port.format(":z1")) == of(threat + port.format(":z2"))


def test_what_nobody_speaks_of_is_gone() -> None:
    assert of(":y a il:Zone .") == GONE
    assert of(':x dcterms:identifier "X" .') == GONE
    assert of(":y il:locatedIn :x .") == GONE

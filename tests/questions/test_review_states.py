"""What why and trace tell of the links that they walked."""

from __future__ import annotations

from pyoxigraph import RdfFormat, parse
from question_cases import builtin

from kg.questions import Asker, find_question
from kg.rdf.names import PREFIXES
from kg.store import memory_reader
from kg.values import Trace

MODEL = """
@prefix : <https://example.org/case/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:q a il:SystemRequirement ; dcterms:identifier "Q" ; il:derivedFrom :a, :b, :c, :d, :e .
:a a il:Policy ; dcterms:identifier "A" . :b a il:Policy ; dcterms:identifier "B" .
:c a il:Policy ; dcterms:identifier "C" .
:d a il:Policy ; dcterms:identifier "D" . :e a il:Policy ; dcterms:identifier "E" .
:v a il:Verification ; dcterms:identifier "V" ; il:verifies :q .
"""
LINK = """
:{node} a il:{kind} ; il:reviewsLinkFrom :{source} ; il:reviewsLinkTo :{target} ;
  il:reviewsLinkType "https://w3id.org/interlock/ns#{property}"^^xsd:anyURI .
"""


def told(command: str, item: str, *links: tuple[str, str, str], more: str = "") -> dict[str, object]:
    """Identifier of each entry → the state that is told."""
    turtle = MODEL + more
    for number, (kind, target, property_) in enumerate(links):
        source = "v" if property_ == "verifies" else "q"
        turtle += LINK.format(node=f"n{number}", kind=kind, source=source, target=target, property=property_)
    triples = (quad.triple for quad in parse(turtle.encode(), format=RdfFormat.TURTLE))
    reader = memory_reader([builtin(), *triples])
    asker = Asker(reader, {**PREFIXES, "": "https://example.org/case/"})
    answer = asker.answer(find_question(command), {"item": item})
    assert isinstance(answer, Trace)
    return {entry.item.id: dict(entry.facts).get("review") for _, entries in answer.buckets for entry in entries}


def test_without_any_judgement_all_is_unreviewed() -> None:
    assert told("why", "Q") == dict.fromkeys("ABCDE", "unreviewed")


def test_each_state() -> None:
    links = (
        ("Review", "a", "derivedFrom"),
        ("Review", "b", "derivedFrom"),
        ("SuspectLink", "b", "derivedFrom"),
        ("Review", "c", "derivedFrom"),
        ("InvalidLink", "c", "derivedFrom"),
        ("Review", "d", "refines"),
    )
    states = {"A": "valid", "B": "suspect", "C": "invalid", "D": "unreviewed", "E": "unreviewed"}
    assert told("why", "Q", *links) == states


def test_an_acceptance_covers_what_is_not_said_to_be_new() -> None:
    links = (("UnreviewedLink", "a", "derivedFrom"), ("SuspectLink", "b", "derivedFrom"))
    states = told("why", "Q", *links, more=":x a il:Acceptance .")
    assert states == {"A": "unreviewed", "B": "suspect", "C": "valid", "D": "valid", "E": "valid"}


def test_a_trace_walks_links_from_their_other_end() -> None:
    assert told("proof", "Q", ("Review", "q", "verifies"))["V"] == "valid"
    assert told("proof", "Q", ("SuspectLink", "q", "verifies"))["V"] == "suspect"

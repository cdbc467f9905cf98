"""Canonical Turtle: the same facts give the same bytes, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from kg.errors import BrokenFile, InputError
from kg.rdf.names import NS, XSD
from kg.rdf.turtle import natural, read_turtle, write_turtle

EX = "https://plant.example/"


def triples(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(text, RdfFormat.TURTLE, rename_blank_nodes=True)]


def canonical(facts: list[Triple]) -> set[Quad]:
    dataset = Dataset(Quad(t.subject, t.predicate, t.object) for t in facts)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


names = st.sampled_from(
    [EX + "a", EX + "b1", EX + "b10", EX + "x/y", NS + "Zone", EX + "dot.", EX + "8.2.4", EX + "é", EX]
)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda text, tag: Literal(text, language=tag), texts, st.sampled_from(["en", "de-at"])),
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(XSD + kind)),
        st.sampled_from(["1", "+01", "1.0", ".5", "1.", "1e3", "1.0E-5", "true", "1", "x", ""]),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date"]),
    ),
)


@st.composite
def trees(draw: st.DrawFn) -> list[Triple]:
    """Facts whose blank nodes hang below named ones, each used once."""
    facts: list[Triple] = []
    ends: list[NamedNode | BlankNode] = [NamedNode(draw(names)) for _ in range(draw(st.integers(1, 3)))]
    for number in range(draw(st.integers(1, 12))):
        subject = draw(st.sampled_from(ends))
        predicate = NamedNode(draw(names.filter(lambda iri: iri != EX)))
        value = draw(st.one_of(names.map(NamedNode), literals, st.just(BlankNode(f"n{number}"))))
        facts.append(Triple(subject, predicate, value))
        if isinstance(value, BlankNode):
            ends.append(value)
    return facts


@given(trees())
def test_nothing_is_lost_and_twice_is_once(facts: list[Triple]) -> None:
    text = write_turtle(facts, prefixes={"ex": EX, "il": NS, "xsd": XSD, "": EX + "x/"})
    again = triples(text)
    assert canonical(again) == canonical(facts)
    assert write_turtle(again, prefixes={"ex": EX, "il": NS, "xsd": XSD, "": EX + "x/"}) == text


@given(trees(), st.randoms(use_true_random=False))
def test_order_and_labels_mean_nothing(facts: list[Triple], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert write_turtle(shuffled) == write_turtle(facts)
    assert write_turtle(triples(write_turtle(facts))) == write_turtle(facts)


def test_what_people_see() -> None:
    text = write_turtle(
        triples("""
@prefix il: <https://w3id.org/interlock/ns#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix zz: <https://plant.example/zz#> .
<https://plant.example/P-10> il:level 2 ; dcterms:title "ten" ; a il:Zone ;
  il:asks [ il:level 1, 3 ; a il:LevelDemand ] .
<https://plant.example/P-9> a il:Zone ; il:list ( 1 "two" [ il:level 3 ] ) ; il:none () .
il:Zone a owl:Class . [] a owl:AllDisjointClasses ; owl:members ( il:Zone il:Conduit ) .
""")
    )
    assert (
        text
        == """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix il: <https://w3id.org/interlock/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .

il:Zone a owl:Class .

<https://plant.example/P-9> a il:Zone ;
    il:list ( 1 "two" [ il:level 3 ] ) ;
    il:none () .

<https://plant.example/P-10> a il:Zone ;
    dcterms:title "ten" ;
    il:asks [ a il:LevelDemand ; il:level 1, 3 ] ;
    il:level 2 .

[] a owl:AllDisjointClasses ;
    owl:members ( il:Zone il:Conduit ) .
"""
    )


def test_text_of_several_lines_stays_as_it_is() -> None:
    query = 'SELECT ?x {\n  ?x ?p "a ;\n        b" ; ?q """"c""""\n}"'
    facts = [Triple(NamedNode(EX + "q"), NamedNode(EX + "p"), Literal(query))]
    assert triples(write_turtle(facts)) == facts


def test_nothing_gives_nothing_and_a_header_stays() -> None:
    assert write_turtle([]) == ""
    assert write_turtle([], header="# ours") == "# ours\n"


@pytest.mark.parametrize(
    "text",
    [
        "<https://e.org/a> <https://e.org/p> _:x . <https://e.org/b> <https://e.org/p> _:x .",
        "_:x <https://e.org/p> _:y . _:y <https://e.org/p> _:x .",
        "_:x <https://e.org/p> _:x .",
    ],
)
def test_what_would_need_a_label_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="IRI"):
        write_turtle(triples(text))


def test_natural_order() -> None:
    assert sorted(["SR-1.10", "SR-1.2", "SR-1.2-RE-1", "CR-9"], key=natural) == [
        "CR-9",
        "SR-1.2",
        "SR-1.2-RE-1",
        "SR-1.10",
    ]


def test_a_broken_file_names_line_and_column(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "broken.ttl"
    path.write_text("<https://e.org/a> a <https://e.org/B> .\n<x", encoding="utf-8")
    with pytest.raises(BrokenFile) as caught:
        read_turtle(path)
    assert caught.value.line == 2
    path.write_bytes(b"\xff")
    with pytest.raises(BrokenFile, match="UTF-8"):
        read_turtle(path)
    with pytest.raises(BrokenFile, match="can't be read"):
        read_turtle(tmp_path)

"""Terms become text that means the same terms again, whatever is in them."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kg.errors import InputError
from kg.rdf.terms import line, parse_term, to_ntriples, values
from kg.store import memory_reader

HOSTILE = [
    'quote " and \\ backslash',
    "line\nfeed\rand\ttab",
    "} ?x ?y . SERVICE <http://evil/> { ?a ?b ?c",
    "'''\"\"\"",
    "\x00\x01\x7f",
    "C:\\users\\n",
    "ünïcødé 😀 \u200b",
    "",
]
TERMS = [
    *(Literal(text) for text in HOSTILE),
    *(Literal(text, language="de-at") for text in HOSTILE),
    Literal("01", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
    NamedNode("https://plant.example/ü?q=1#a'b"),
]


@pytest.mark.parametrize("term", TERMS, ids=repr)
def test_a_term_survives_ntriples(term: Literal | NamedNode) -> None:
    assert parse_term(to_ntriples(term)) == term


@pytest.mark.parametrize("term", TERMS, ids=repr)
def test_a_line_is_the_canonical_one(term: Literal | NamedNode) -> None:
    s, p = NamedNode("http://s"), NamedNode("http://p")
    assert line(s, p, term) == serialize([Triple(s, p, term)], format=RdfFormat.N_TRIPLES)
    assert [quad.triple for quad in parse(line(s, p, term), format=RdfFormat.N_TRIPLES)] == [Triple(s, p, term)]


@pytest.mark.parametrize("term", [term for term in TERMS if "\x00" not in term.value], ids=repr)
def test_values_bind_the_very_term(term: Literal | NamedNode) -> None:
    reader = memory_reader([Triple(NamedNode("http://s"), NamedNode("http://p"), term)])
    (block,) = values("o", [term])
    assert len(list(reader.select(f"SELECT ?s WHERE {{ {block} ?s ?p ?o }}"))) == 1
    # rdflib's own parser reads the block the same way.
    rdflib = pytest.importorskip("rdflib")
    (row,) = rdflib.Graph().query(f"SELECT ?o WHERE {{ {block} }}")
    assert str(row.o) == term.value


def test_values_come_in_chunks_and_rows_of_several() -> None:
    nodes = [NamedNode(f"http://n/{n}") for n in range(2001)]
    blocks = list(values("x", nodes))
    assert [block.count("<") for block in blocks] == [1000, 1000, 1]
    assert list(values("x", [])) == []
    assert list(values(["x", "y"], [(nodes[0], None), (nodes[1], Literal("a"))])) == [
        'VALUES (?x ?y) { (<http://n/0> UNDEF) (<http://n/1> "a") }'
    ]


def test_what_can_not_be_named_is_refused() -> None:
    with pytest.raises(InputError, match="can't be named in a query"):
        list(values("x", [BlankNode("b")]))
    escape = next(parse(b"<http://s> <http://p> <http://o\\u003E\\u0020x> .", RdfFormat.N_TRIPLES, lenient=True)).object
    with pytest.raises(InputError, match="not an IRI"):
        list(values("x", [escape]))
    for variable in ("x } #", "", "1x"):
        with pytest.raises(ValueError, match="no SPARQL variable"):
            list(values(variable, []))
    for text in ("nonsense", '"a" . <urn:x> <urn:y> "b"', ""):
        with pytest.raises(InputError):
            parse_term(text)

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from kg.rdf.names import PREFIXES, SH
from kg.report.paths import path_triples
from kg.rules.paths import path_text
from kg.rules.read import facts_of

PATHS = [
    ("il:level", "il:level"),
    ("<http://other.example/p>", "<http://other.example/p>"),
    ("[ sh:inversePath il:targetFor ]", "^il:targetFor"),
    ("( il:a il:b )", "il:a/il:b"),
    ("( [ sh:inversePath il:a ] [ sh:alternativePath ( il:b il:c ) ] )", "^il:a/(il:b|il:c)"),
    ("[ sh:alternativePath ( il:a ( il:b il:c ) ) ]", "il:a|(il:b/il:c)"),
    ("[ sh:zeroOrMorePath il:a ]", "il:a*"),
    ("[ sh:inversePath [ sh:oneOrMorePath il:a ] ]", "^il:a+"),
    ("[ sh:oneOrMorePath [ sh:inversePath il:a ] ]", "(^il:a)+"),
    ("[ sh:zeroOrOnePath ( il:a il:b ) ]", "(il:a/il:b)?"),
]


def parsed(turtle: str) -> tuple[object, str | None]:
    prefixes = "".join(f"PREFIX {p}: <{ns}>\n" for p, ns in PREFIXES.items())
    text = f"{prefixes} <urn:s> sh:path {turtle} ."
    facts = facts_of(q.triple for q in parse(input=text.encode(), format=RdfFormat.TURTLE))
    return facts, path_text(facts[NamedNode("urn:s")][SH + "path"][0], facts)


@pytest.mark.parametrize(("turtle", "expected"), PATHS)
def test_a_path_is_written_as_sparql_does(turtle: str, expected: str) -> None:
    assert parsed(turtle)[1] == expected


@pytest.mark.parametrize(("turtle", "text"), PATHS)
def test_a_written_path_reads_back_to_the_same_triples(turtle: str, text: str) -> None:
    node, triples = path_triples(text, PREFIXES)
    assert path_text(node, facts_of(triples)) == text
    assert isinstance(node, BlankNode) == turtle.startswith(("[", "("))


@pytest.mark.parametrize("turtle", ["'text'", "( il:a )", "[ sh:path il:a ]", "[ il:x il:a ]", "[]"])
def test_what_is_no_path_is_none(turtle: str) -> None:
    assert parsed(turtle)[1] is None

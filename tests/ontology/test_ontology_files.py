"""The files of the ontology: in canonical form, with a fresh context, aligned with terms that exist."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from rdflib import Graph, Namespace
from rdflib.namespace import DCTERMS as DUBLIN_CORE

from kg.errors import BrokenFile
from kg.ontology.context import context_file, context_text
from kg.ontology.formatting import canonical_text, packaged_files
from kg.ontology.vocabulary import alignment_files, load_vocabulary
from kg.rdf.names import BASE, NS, XSD
from kg.rdf.turtle import read_turtle

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("path", packaged_files(), ids=lambda path: path.stem)
def test_files_are_in_canonical_form(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == canonical_text(path), "run `interlock ontology fmt`"


def test_comments_keep_their_places(tmp_path: Path) -> None:
    path = tmp_path / "words.ttl"
    path.write_text(
        "# about the file\n# and more\n@prefix ex: <https://e.org/ns#> .\n\n# why b\nex:b ex:p 1 .\n\n"
        '# why a,\n# in two lines\nex:a ex:p "# no comment", <https://e.org/#neither> .\n',
        encoding="utf-8",
    )
    text = canonical_text(path)
    assert text == (
        "# about the file\n# and more\n\n@prefix ex: <https://e.org/ns#> .\n\n# why a,\n# in two lines\n"
        'ex:a ex:p <https://e.org/#neither>, "# no comment" .\n\n# why b\nex:b ex:p 1 .\n'
    )
    path.write_text(text, encoding="utf-8")
    assert canonical_text(path) == text


@pytest.mark.parametrize(
    "body",
    ["ex:a ex:p 1 ; # why\n  ex:q 2 .", "ex:a ex:p 1 ;\n# why\n  ex:q 2 .", "ex:a ex:p 1 .\n# the end"],
    ids=["behind", "inside", "below"],
)
def test_a_comment_without_a_place_is_an_error_not_a_loss(tmp_path: Path, body: str) -> None:
    path = tmp_path / "words.ttl"
    path.write_text(f"@prefix ex: <https://e.org/ns#> .\n{body}\n", encoding="utf-8")
    with pytest.raises(BrokenFile, match="comment"):
        canonical_text(path)


def test_the_context_is_fresh() -> None:
    assert context_file().read_text(encoding="utf-8") == context_text(load_vocabulary()), (
        "run `interlock ontology context`"
    )


def test_the_context_is_the_same_bytes_twice() -> None:
    assert context_text(load_vocabulary()) == context_text(load_vocabulary())


def test_the_context_names_every_term() -> None:
    names = json.loads(context_file().read_text(encoding="utf-8"))["@context"]
    terms = [t for t in load_vocabulary().ours().values() if t.kind != "annotation property"]
    for term in terms:
        entry = names[term.name]
        assert (entry if isinstance(entry, str) else entry["@id"]) == term.iri


DOCUMENT = {
    "@id": "https://plant.example/site/Z-1",
    "type": "Zone",
    "identifier": "Z-1",
    "zoneKind": "safetyZone",
    "partOfZone": "Z-0",
    "scalarTarget": True,
    "validUntil": "2036-01-01",
    "instantiates": "iec62443-3-3:SR-1.1",
    "location": "hall 2",
    "level": 3,
}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own parser
def test_json_in_our_words_is_read_alike_by_two_engines() -> None:
    """The expected triples are written by hand; rdflib and pyoxigraph both have to give them."""
    context = json.loads(context_file().read_text(encoding="utf-8"))["@context"]
    text = json.dumps({"@context": context, **DOCUMENT})
    zone = "<https://plant.example/site/Z-1>"
    expected = {
        f"{zone} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{NS}Zone>",
        f'{zone} <http://purl.org/dc/terms/identifier> "Z-1"',
        f"{zone} <{NS}zoneKind> <{NS}safetyZone>",
        f"{zone} <{NS}partOfZone> <https://plant.example/site/Z-0>",
        f'{zone} <{NS}scalarTarget> "true"^^<{XSD}boolean>',
        f'{zone} <{NS}validUntil> "2036-01-01"^^<{XSD}date>',
        f"{zone} <{NS}instantiates> <{BASE}id/iec62443-3-3-2013/SR-1.1>",
        f'{zone} <{NS}location> "hall 2"',
        f'{zone} <{NS}level> "3"^^<{XSD}integer>',
    }
    base = "https://plant.example/site/"
    assert {str(quad.triple) for quad in parse(text, RdfFormat.JSON_LD, base_iri=base)} == expected
    graph = Graph().parse(data=text, format="json-ld", base=base)
    lines = graph.serialize(format="nt").strip().splitlines()
    assert {line.removesuffix(" .") for line in lines} == expected


def test_foreign_terms_exist_in_their_own_files(shared: Path) -> None:
    folder = shared / "testdata/ontologies"
    known = set()
    for path in [*folder.glob("w3c_*.nq"), *folder.glob("oslc/*-vocab.ttl"), folder / "d3fend-protege.ttl"]:
        known |= _subjects(path)
    for path in [folder / "ontogsn.ttl", *folder.glob("sepses-ics-sec-kg/owl/*.ttl")]:
        known |= _subjects(path)
    dublin_core = Namespace(str(DUBLIN_CORE))
    foreign = set()
    for path in alignment_files():
        for iri in load_vocabulary([path]).terms:
            if not iri.startswith((BASE, dublin_core)):
                foreign.add(iri)
            elif iri.startswith(dublin_core):
                assert iri.removeprefix(dublin_core) in DUBLIN_CORE, iri
    assert len(foreign) > 30
    assert foreign - known == set()


def _subjects(path: Path) -> set[str]:
    form = RdfFormat.N_QUADS if path.suffix == ".nq" else RdfFormat.TURTLE
    quads = parse(path.read_bytes(), form, base_iri="https://e.org/")
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def test_alignments_use_what_they_declare_and_our_terms_only_as_they_are() -> None:
    ours = load_vocabulary().terms
    for path in alignment_files():
        for triple in read_turtle(path).triples:
            for node in (triple.subject, triple.object):
                if isinstance(node, NamedNode) and node.value.startswith(NS):
                    assert node.value in ours, (path.name, node)


def test_the_core_imports_no_alignment() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in packaged_files() if path.parent.name == "ontology")
    assert "ontology/alignment" not in text

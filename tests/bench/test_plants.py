"""The generator: same bytes, wanted size, constant memory, and only words and entries that exist."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from kg.bench.plants import LARGEST, PLANT, SMALLEST, Plant, generate
from kg.bench.plants.faults import FAULTS
from kg.data import ontology_folder
from kg.errors import InputError
from kg.rdf.names import BASE, CATALOGUE, DCTERMS, NS, RDF, RDFS

if TYPE_CHECKING:
    from pyoxigraph import Quad

TYPE = RDF + "type"


@pytest.fixture(scope="module")
def quads() -> list[Quad]:
    return list(parse(input=b"".join(generate(30_000, seed=7)), format=RdfFormat.N_TRIPLES))


@pytest.fixture(scope="module")
def words() -> list[Quad]:
    files = [*ontology_folder().glob("*.ttl"), *(ontology_folder() / "catalogue").glob("*.ttl")]
    return [quad for file in sorted(files) for quad in parse(path=str(file), format=RdfFormat.TURTLE)]


def digest(triples: int, seed: int) -> str:
    return hashlib.sha256(b"".join(generate(triples, seed))).hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_another_process_too() -> None:
    code = (
        "import hashlib; from kg.bench.plants import generate;"
        "print(hashlib.sha256(b''.join(generate(25_000, 3))).hexdigest())"
    )
    others = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": seed}
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert others == {digest(25_000, 3)}


def test_another_seed_gives_another_plant() -> None:
    assert digest(10_000, 1) != digest(10_000, 2)


@pytest.mark.parametrize("triples", [10_000, 17_500, 60_000, 250_000])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_size_is_met_and_no_triple_comes_twice(triples: int, seed: int) -> None:
    plant = Plant()
    lines = b"".join(generate(triples, seed, plant)).splitlines()
    assert len(set(lines)) == len(lines) == plant.triples
    assert abs(plant.triples - triples) <= 0.02 * triples


@pytest.mark.parametrize("triples", [SMALLEST - 1, LARGEST + 1, 0, -1])
def test_sizes_out_of_range_are_refused_at_once(triples: int) -> None:
    with pytest.raises(InputError, match=str(triples)):
        generate(triples, 1)


def test_memory_does_not_grow_with_the_plant() -> None:
    code = (
        "import resource, sys; from kg.bench.plants import generate;"
        "sum(map(len, generate(int(sys.argv[1]), 1)));"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    small, large = (
        int(subprocess.run([sys.executable, "-c", code, n], check=True, capture_output=True, text=True).stdout)
        for n in ("100000", "800000")
    )
    # 700 thousand triples more are 90 MB of text; a few MB are allowed for the larger product library.
    assert large - small < 20_000


def test_every_word_and_every_catalogue_entry_exists(quads: list[Quad], words: list[Quad]) -> None:
    known = {quad.subject.value for quad in words if isinstance(quad.subject, NamedNode)}
    used = {
        term.value
        for quad in quads
        for term in (quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(BASE)
    }
    assert {iri for iri in used if iri.startswith(CATALOGUE)}
    assert used - known == set()
    others = {quad.predicate.value for quad in quads if not quad.predicate.value.startswith(NS)}
    assert others == {TYPE, DCTERMS + "identifier", DCTERMS + "title"}


def test_every_property_stands_between_the_classes_that_it_is_for(quads: list[Quad], words: list[Quad]) -> None:
    above, kinds = pairs(words, RDFS + "subClassOf"), pairs([*words, *quads], TYPE)
    domains, ranges = pairs(words, RDFS + "domain"), pairs(words, RDFS + "range")

    def classes(node: str) -> set[str]:
        found, waiting = set[str](), [*kinds[node]]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += above[one]
        return found

    assert len(domains) > 200
    wrong = {
        (str(quad.predicate), str(end), kind)
        for quad in quads
        for wanted, end in ((domains, quad.subject), (ranges, quad.object))
        for kind in wanted[str(quad.predicate)]
        if kind.startswith(f"<{NS}") and kind not in classes(str(end))
    }
    assert wrong == set()


def pairs(quads: list[Quad], predicate: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate.value == predicate:
            found[str(quad.subject)].add(str(quad.object))
    return found


def test_nothing_dangles(quads: list[Quad]) -> None:
    described = {str(quad.subject) for quad in quads}
    named = {str(quad.object) for quad in quads}
    ours = {node for node in named if node.startswith((f"<{PLANT}", "_:"))}
    assert ours - described == set()
    parts = {node for node in described if node.startswith("_:")}
    assert parts - named == set(), "a part without owner"


def test_every_item_has_one_identifier_and_one_title(quads: list[Quad]) -> None:
    facts: dict[str, list[str]] = defaultdict(list)
    for quad in quads:
        if isinstance(quad.subject, NamedNode):
            facts[quad.subject.value].append(quad.predicate.value)
    assert all(
        names.count(TYPE) == names.count(DCTERMS + "identifier") == names.count(DCTERMS + "title") == 1
        for names in facts.values()
    )
    identifiers = [str(quad.object) for quad in quads if quad.predicate.value == DCTERMS + "identifier"]
    assert len(set(identifiers)) == len(identifiers)


def test_a_larger_plant_has_more_systems_of_the_same_size() -> None:
    small, large = Plant(), Plant()
    for triples, plant in ((100_000, small), (400_000, large)):
        for _ in generate(triples, 5, plant):
            pass
    assert large.systems >= 3.5 * small.systems
    assert sum(large.faults.values()) > 2 * sum(small.faults.values()) > 0
    assert set(large.faults) <= set(FAULTS)

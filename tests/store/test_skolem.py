"""Blank nodes get the same IRIs whatever their labels and order are, and different ones when their content differs."""

from __future__ import annotations

import random
import time

import pytest
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, Triple, parse

from kg.errors import BrokenFile
from kg.rdf.skolem import SkolemLimits, skolemise

BASE = "https://plant.example/"
GENID = b"<https://plant.example/.well-known/genid/"

PLANT = """
@prefix : <http://e/> .
:zone :has [ :fr "IAC" ; :level 2 ; :basis [ :by "ZCR 5.6" ] ] , [ :fr "UC" ; :level 1 ] .
:sif :voting [ :channel [ :lambda 1 ] , [ :lambda 1 ] ; :name "A" ] .
:list :items ( :a "b" ( 1 2 ) :a ) .
[] :root true ; :below [ :x 1 ] .
[] :root true ; :below [ :x 1 ] .
:left :uses _:shared . :right :uses _:shared . _:shared :value 5 ; :part [ :deep "yes" ] , [ :deep "yes" ] .
:branch :to [ :to _:shared2 ] . :other :to _:shared2 . _:shared2 :value 6 .
_:ring1 :next _:ring2 . _:ring2 :next _:ring1 . _:ring1 :tag "one" .
_:self :next _:self .
:quotes :says "_:not a node" .
"""


def lines_of(turtle: str) -> list[bytes]:
    return [f"{quad.triple} .\n".encode() for quad in parse(turtle, format=RdfFormat.TURTLE)]


def relabelled(lines: list[bytes], seed: int) -> list[bytes]:
    """The same graph with other labels in another order."""
    rng = random.Random(seed)  # noqa: S311 - a shuffle, no secret
    names: dict[str, BlankNode] = {}

    def swap(term: object) -> object:
        return (
            names.setdefault(term.value, BlankNode(f"n{rng.getrandbits(64):x}"))
            if isinstance(term, BlankNode)
            else term
        )

    triples = [quad.triple for quad in parse(b"".join(lines), format=RdfFormat.N_TRIPLES)]
    fresh = [f"{Triple(swap(t.subject), t.predicate, swap(t.object))} .\n".encode() for t in triples]
    rng.shuffle(fresh)
    return fresh


def test_labels_and_order_do_not_matter() -> None:
    lines = lines_of(PLANT)
    expected = skolemise(lines, BASE)
    for seed in range(20):
        assert skolemise(relabelled(lines, seed), BASE) == expected


def test_nothing_is_merged_or_lost() -> None:
    """Turned back into blank nodes the result is isomorphic to the input, as RDFC-1.0 itself says."""
    lines = lines_of(PLANT)

    def canonical(texts: list[bytes]) -> str:
        back = b"".join(texts).replace(GENID, b"_:g")
        back = b"".join(
            b" ".join(part[:-1] if part.startswith(b"_:g") else part for part in line.split(b" ")) + b"\n"
            for line in back.splitlines()
        )
        dataset = Dataset(Quad(*quad.triple) for quad in parse(back, format=RdfFormat.N_TRIPLES))
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return "".join(sorted(str(dataset).splitlines(keepends=True)))

    result = skolemise(lines, BASE)
    assert len(result) == len(lines)
    assert not [line for line in result if line.startswith(b"_:") or b" _:" in line.split(b'"')[0]]
    assert canonical(result) == canonical([line.replace(b"_:not", b"not") for line in lines]).replace(
        "not a", "_:not a"
    )


def test_an_edit_elsewhere_keeps_the_names() -> None:
    before = {line for line in skolemise(lines_of(PLANT), BASE) if GENID in line}
    after = set(skolemise(lines_of(PLANT + ":zone2 :has [ :fr 'IAC' ] . :p :q _:z . :r :q _:z ."), BASE))
    assert before <= after


def test_an_edit_of_the_content_renames_only_that_branch() -> None:
    before, after = (
        set(skolemise(lines_of(text), BASE)) for text in (PLANT, PLANT.replace('"UC" ; :level 1', '"UC" ; :level 3'))
    )
    # The branch has two triples of its own and one that leads to it.
    assert len(before - after) == len(after - before) == 3


def test_lines_without_blank_nodes_pass_as_they_are() -> None:
    lines = [b'<http://e/s> <http://e/p> "anything, even _:b" .\n', b"<http://e/_:s> <http://e/p> <http://e/o_:x> .\n"]
    assert skolemise([*lines, *lines], BASE) == sorted(lines)


def test_a_long_list_needs_no_recursion() -> None:
    items = " ".join(str(n) for n in range(5000))
    result = skolemise(lines_of(f"<http://e/s> <http://e/p> ( {items} ) ."), BASE)
    assert len(result) == 10001


def poison(size: int) -> list[bytes]:
    """Two copies of a complete graph without any mark: nothing tells its nodes apart."""
    return [
        f"_:{copy}{a} <http://e/p> _:{copy}{b} .\n".encode()
        for copy in "xy"
        for a in range(size)
        for b in range(size)
        if a != b
    ]


def test_a_poison_graph_ends_in_one_line() -> None:
    begin = time.monotonic()
    with pytest.raises(BrokenFile, match=r"^evil\.ttl: .*blank-node-seconds.*give them IRIs$"):
        skolemise(poison(10), BASE, name="evil.ttl", limits=SkolemLimits(seconds=1))
    assert time.monotonic() - begin < 10


def test_too_many_shared_nodes_end_in_one_line() -> None:
    with pytest.raises(BrokenFile, match=r"^evil\.ttl: has 20 shared .* blank nodes, at most 19 .*blank-node-count"):
        skolemise(poison(10), BASE, name="evil.ttl", limits=SkolemLimits(count=19))

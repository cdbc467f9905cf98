"""What a walk sees of two states, and how far it goes."""

from __future__ import annotations

import time

from focus_cases import HEAD, PREFIX, cut, touched, triples
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg.focus.catalogued import Catalogued
from kg.focus.footprint import Edge, Footprint
from kg.focus.neighbourhood import TooMuch, neighbourhood, node_of
from kg.focus.queries import footprint_of_query
from kg.focus.touch import Everything, foci, name_of
from kg.focus.view import View
from kg.rdf.names import RDF
from kg.store import EmbeddedReader, memory_reader
from kg.store.touched import Touched

CHAIN = Footprint((Edge(0, PREFIX + "p", False, 1), Edge(1, PREFIX + "q", False, 2)))  # ?focus :p ?x . ?x :q ?y
BACK = Footprint((Edge(0, PREFIX + "p", True, 1), Edge(1, PREFIX + "q", True, 2)))  # ?x :p ?focus . ?y :q ?x
RETIRED = "il:status il:retired"


def names(found: list[Triple]) -> set[str]:
    return {" ".join(name_of(t).rpartition(":")[2].rpartition("#")[2] for t in (s, p, o)) for s, p, o in found}


def view(facts: str, added: str = "", removed: str = "", *, hide: bool = True) -> View:
    return View(
        memory_reader(triples(f"{facts} {added}")), Touched(triples(added), triples(removed)), hide_retired=hide
    )


def test_a_way_that_is_gone_leads_back_too() -> None:
    # Both statements went at once: neither state has the one without the other.
    assert touched(CHAIN, "", removed=":f :p :m . :m :q :x") == {"f"}
    assert touched(BACK, "", removed=":m :p :f . :x :q :m") == {"f"}


def test_a_way_that_no_state_had_whole_concerns_nobody_but_by_its_own_half() -> None:
    assert touched(CHAIN, "", added=":m :q :x .", removed=":f :p :m") == {"f"}  # :f lost its :p, which it reads
    assert touched(CHAIN, "", added=":m :q :x .", removed=":m :q :y") == set()


def test_both_directions_of_a_step_are_walked() -> None:
    assert touched(CHAIN, ":f :p :m .", added=":m :q :x") == {"f"}
    assert touched(BACK, ":m :p :f .", added=":x :q :m") == {"f"}
    assert touched(CHAIN, ":m :p :f .", added=":m :q :x") == set()
    assert touched(BACK, ":f :p :m .", added=":x :q :m") == set()


def test_only_what_is_visible_now_is_cut_out() -> None:
    facts = f":f :p :m , :n . :m :q :x . :n :q :y ; {RETIRED} ."
    assert cut(CHAIN, facts, "f") == {"f p m", "m q x"}
    assert cut(CHAIN, f"{facts} :f {RETIRED} .", "f") == set()
    assert cut(BACK, ":m :p :f . :x :q :m . :n :p :f ; " + RETIRED, "f") == {"m p f", "x q m"}


def test_without_hiding_what_is_retired_is_there() -> None:
    reader = memory_reader(triples(f":f :p :m . :m :q :x ; {RETIRED} ."))
    lines = neighbourhood([(CHAIN, [PREFIX + "f"])], View(reader))
    assert isinstance(lines, list)
    assert len(lines) == 2


def test_retirement_takes_all_statements_along() -> None:
    facts = ":f :p :m . :m :q :x . :m :r 'text' . :other :p :x ."
    every = {"f p m", "m q x", 'm r "text"', "m status retired"}
    assert names(view(facts, f":m {RETIRED}").visible()) == every
    assert names(view(facts, removed=f":m {RETIRED}").visible()) == every
    assert names(view(facts, f":m {RETIRED}", hide=False).visible()) == {"m status retired"}


def test_what_goes_with_an_item_that_retires_is_told_too() -> None:
    # Before: :m holds :q :x. Now: :m is retired, and :q :x is gone.
    found = view(":f :p :m .", f":m {RETIRED}", ":m :q :x").visible()
    assert names(found) == {"f p m", "m q x", "m status retired"}


def test_what_happens_to_an_item_that_stays_retired_is_not_told() -> None:
    facts = f":m {RETIRED} . :f :p :m ."
    assert view(facts, ":m :q :x . :g :p :m").visible() == []
    assert touched(CHAIN, facts, added=":m :q :x") == set()


def test_an_item_next_to_a_retired_one_that_retires_itself() -> None:
    facts = f":n {RETIRED} . :f :p :m . :m :q :n ."
    assert names(view(facts, f":m {RETIRED}").visible()) == {"f p m", "m status retired"}  # :m :q :n never was visible


def test_retirement_and_its_end_concern_whoever_looks_at_the_item() -> None:
    facts = ":f :p :m . :m :q :x ."
    assert touched(CHAIN, facts, added=f":m {RETIRED}") == {"f"}
    assert touched(CHAIN, facts, removed=f":m {RETIRED}") == {"f"}
    assert touched(CHAIN, facts, added=f":x {RETIRED}") == {"f"}


def test_a_walk_goes_through_an_item_that_retires_in_the_same_change() -> None:
    assert touched(CHAIN, ":f :p :m .", added=f":m {RETIRED}", removed=":m :q :x") == {"f"}


def test_a_new_item_that_is_retired_from_the_start_concerns_at_most_who_names_it() -> None:
    assert touched(CHAIN, "", added=f":f :p :m . :m :q :x ; {RETIRED}") <= {"f"}


class Counting(EmbeddedReader):
    """Counts the statements that are read."""

    count = 0

    def incoming(self, node):  # type: ignore[no-untyped-def]
        for one in super().incoming(node):
            self.count += 1
            yield one

    def subjects(self, property_, node):  # type: ignore[no-untyped-def]
        for one in super().subjects(property_, node):
            self.count += 1
            yield one


def hub(instances: int) -> Counting:
    """Many items of one class."""
    class_, type_ = NamedNode(PREFIX + "C"), NamedNode(RDF + "type")
    facts = (Triple(NamedNode(f"{PREFIX}i{number}"), type_, class_) for number in range(instances))
    store = Store()
    store.bulk_extend(Quad(*triple) for triple in facts)
    return Counting(store)


def test_a_hub_is_given_up_before_it_is_read() -> None:
    footprint = footprint_of_query(f"{HEAD} SELECT * WHERE {{ ?focus a/:label ?x }}", catalogued=Catalogued())
    assert isinstance(footprint, Footprint)
    reader, change = hub(30_000), triples(":C :label :x")
    begun = time.process_time()
    both = View(reader, Touched(change))
    found = [foci(footprint, both, change, limit=1_000) for _ in range(100)]
    assert isinstance(found[0], Everything)
    assert "1000" in found[0].reason
    assert len(set(found)) == 1
    assert reader.count < 1_200  # read once, up to the limit, and never again
    assert time.process_time() - begun < 1


def test_a_hub_within_the_limit_is_walked() -> None:
    footprint = footprint_of_query(f"{HEAD} SELECT * WHERE {{ ?focus a/:label ?x }}", catalogued=Catalogued())
    assert isinstance(footprint, Footprint)
    change = triples(":C :label :x")
    found = foci(footprint, View(hub(300), Touched(change)), change, limit=1_000)
    assert isinstance(found, set)
    assert len(found) == 300


def test_too_many_pairs_are_given_up_although_no_node_is_a_hub() -> None:
    # A chain of 300 links: every node on it can be the focus of :p*.
    facts = "".join(f":n{number} :p :n{number + 1} ." for number in range(300))
    footprint = Footprint((Edge(0, PREFIX + "p", False, 0), Edge(0, PREFIX + "q", False, 1)))
    change = triples(":n300 :q :x")
    both = View(memory_reader(triples(facts)), Touched(change))
    assert len(foci(footprint, both, change)) == 301  # type: ignore[arg-type]
    assert isinstance(foci(footprint, both, change, limit=100), Everything)


def test_a_cut_that_grows_too_large_is_given_up() -> None:
    footprint = Footprint((Edge(0, RDF + "type", True, 1),))
    found = neighbourhood([(footprint, [PREFIX + "C"])], View(hub(3_000)), limit=1_000)
    assert isinstance(found, TooMuch)
    assert "1000" in found.reason
    found = neighbourhood([(footprint, [PREFIX + "C"])], View(hub(3_000)))
    assert isinstance(found, list)
    assert len(found) == 3_000


def test_several_units_share_one_cut() -> None:
    reader = memory_reader(triples(":f :p :m . :m :q :x . :g :p :n . :n :q :y ."))
    found = neighbourhood(
        [(CHAIN, [PREFIX + "f"]), (Footprint((Edge(0, PREFIX + "p", False, 1),)), [PREFIX + "g"])], View(reader)
    )
    assert isinstance(found, list)
    assert len(found) == 3  # :f :p :m, :m :q :x, :g :p :n; what :n says the second unit does not read


def test_a_focus_can_be_a_literal() -> None:
    footprint = Footprint((Edge(0, PREFIX + "p", True, 1),))  # sh:targetObjectsOf
    change = triples(":f :p 'text'@en")
    found = foci(footprint, View(memory_reader(change), Touched(change)), change)
    assert found == {'"text"@en'}
    assert node_of('"text"@en') == Literal("text", language="en")
    lines = neighbourhood([(footprint, ['"text"@en'])], View(memory_reader(change)))
    assert lines == [b'<urn:x:f> <urn:x:p> "text"@en .\n']


def test_nothing_touched_concerns_nobody() -> None:
    assert touched(CHAIN, ":f :p :m . :m :q :x .") == set()
    assert neighbourhood([(CHAIN, [])], View(memory_reader(triples(":f :p :m .")))) == []

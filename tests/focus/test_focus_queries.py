"""What SPARQL queries read: each construct in a case small enough to be worked by hand."""

from __future__ import annotations

import pytest
from focus_cases import HEAD, cut, touched

from kg.focus.catalogued import Catalogued
from kg.focus.footprint import Footprint, Opaque
from kg.focus.queries import footprint_of_query
from kg.rdf.names import NS


def query(text: str) -> Footprint | Opaque:
    return footprint_of_query(text, catalogued=Catalogued(frozenset({NS + "SystemRequirementEntry"})))


# body of the query, facts, what comes, for which ?focus the answer can change, what can be read from :f
CASES = {
    "a pattern": ("?focus :p ?x", "", ":f :p :x", {"f"}, {"f p x"}),
    "another property": ("?focus :p ?x", "", ":f :q :x", set(), set()),
    "an inverse pattern": ("?x :p ?focus", "", ":x :p :f", {"f"}, {"x p f"}),
    "a chain of two": ("?focus :p ?x . ?x :q ?y", ":f :p :x .", ":x :q :y", {"f"}, {"f p x", "x q y"}),
    "a chain written the other way round": (
        "?x :q ?y . ?focus :p ?x",
        ":f :p :x .",
        ":x :q :y",
        {"f"},
        {"f p x", "x q y"},
    ),
    "a fresh link to old facts": ("?focus :p ?x . ?x :q ?y", ":x :q :y .", ":f :p :x", {"f"}, {"f p x", "x q y"}),
    "a constant at the end": ("?focus :p :c", "", ":f :p :c", {"f"}, {"f p c"}),
    "another node at the end": ("?focus :p :c", "", ":f :p :d", set(), set()),
    "a literal at the end may be spelt in other ways": ("?focus :p 1", "", ":f :p 2", {"f"}, {"f p 2"}),
    "the shortest way": (
        "?focus :p ?x . ?x :q ?y . ?focus :r ?y . ?y :s ?z",
        ":f :r :y . :g :p :x . :x :q :y .",
        ":y :s :z",
        {"f"},  # not :g, which has no :r: each solution binds ?y to an :r of the focus
        {"f r y", "y s z"},
    ),
    "a fork": (
        "?focus :p ?x . ?focus :p ?y . ?x :q ?y",
        ":f :p :x , :y .",
        ":x :q :y",
        {"f"},
        {"f p x", "f p y", "x q y"},
    ),
    "a sequence": ("?focus :p/:q ?x", ":f :p :m .", ":m :q :x", {"f"}, {"f p m", "m q x"}),
    "an inverse path": ("?focus ^:p/:q ?x", ":m :p :f .", ":m :q :x", {"f"}, {"m p f", "m q x"}),
    "a choice": ("?focus (:p|:q)/:r ?x", ":f :q :m .", ":m :r :x", {"f"}, {"f q m", "m r x"}),
    "zero or more, none": ("?focus :p*/:q ?x", "", ":f :q :x", {"f"}, {"f q x"}),
    "zero or more, two": (
        "?focus :p*/:q ?x",
        ":f :p :m . :m :p :n .",
        ":n :q :x",
        {"f", "m", "n"},
        {"f p m", "m p n", "n q x"},
    ),
    "one or more": ("?focus :p+/:q ?x", ":f :p :m . :m :p :n .", ":n :q :x", {"f", "m"}, {"f p m", "m p n", "n q x"}),
    "zero or one": ("?focus :p?/:q ?x", ":f :p :m . :m :p :n .", ":n :q :x", {"m", "n"}, {"f p m"}),
    "nothing but a path that can be empty": (
        # Whether :f is an answer hangs on whether any statement speaks of it.
        "?focus :p? ?x",
        "",
        ":f :r :x",
        {"f", "x"},
        {"f r x"},
    ),
    "a constant at the end of a path that can be empty": (
        "?focus :p ?x . ?y :q? :c",
        ":f :p :x .",
        ":c :r :x",
        "*",
        {"f p x", "c r x"},
    ),
    "none of some properties": ("?focus !(:p|:q) ?x", "", ":f :r :x", {"f"}, {"f r x"}),
    "none of some properties, back": ("?focus !(^:p) ?x", "", ":x :r :f", {"f", "x"}, {"x r f"}),
    "any property": ("?focus ?p ?x", "", ":f :r :x", {"f"}, {"f r x"}),
    "any property, of some": ("?focus ?p ?x FILTER(?p IN (:p, :q))", ":f :q :y .", ":f :r :x", set(), {"f q y"}),
    "any property, of one": ("?focus ?p ?x FILTER(?p = :p)", ":f :p :y .", ":f :r :x", set(), {"f p y"}),
    "optional": ("?focus :p ?x OPTIONAL { ?x :q ?y }", ":f :p :x .", ":x :q :y", {"f"}, {"f p x", "x q y"}),
    "a condition in an optional": (
        "?focus :p ?x OPTIONAL { ?x :q ?y FILTER EXISTS { ?y :r ?x } }",
        ":f :p :x . :x :q :y .",
        ":y :r :x",
        {"f"},
        {"f p x", "x q y", "y r x"},
    ),
    "union": ("{ ?focus :p ?x } UNION { ?focus :q ?x } ?x :r ?y", ":f :q :x .", ":x :r :y", {"f"}, {"f q x", "x r y"}),
    "a union after what binds": (
        "?focus :p ?x { ?x :q ?y } UNION { ?y :r ?x }",
        ":f :p :x .",
        ":y :r :x",
        {"f"},
        {"f p x", "y r x"},
    ),
    "minus": ("?focus :p ?x MINUS { ?x :q ?y }", ":f :p :x .", ":x :q :y", {"f"}, {"f p x", "x q y"}),
    "exists": ("?focus :p ?x FILTER EXISTS { ?x :q ?y }", ":f :p :x .", ":x :q :y", {"f"}, {"f p x", "x q y"}),
    "not exists": ("?focus :p ?x FILTER NOT EXISTS { ?x :q ?y }", ":f :p :x .", ":x :q :y", {"f"}, {"f p x", "x q y"}),
    "not exists about the focus": ("?focus :p ?x FILTER NOT EXISTS { ?y :q ?focus }", "", ":y :q :f", {"f"}, {"y q f"}),
    "exists within not exists": (
        "?focus :p ?x FILTER NOT EXISTS { ?x :q ?y FILTER EXISTS { ?y :r ?z . ?z :s ?focus } }",
        ":f :p :x . :x :q :y . :y :r :z .",
        ":z :s :f",
        {"f"},
        {"f p x", "x q y", "y r z", "z s f"},
    ),
    "exists binds what is open outside": (
        "?value :q ?y FILTER EXISTS { ?focus :p ?value }",
        ":f :p :v . :g :p :w .",
        ":v :q :y",
        {"f"},
        {"f p v", "v q y"},
    ),
    "exists among alternatives": (
        "?focus :p ?x FILTER(?x = :c || EXISTS { ?x :q ?y } && !EXISTS { ?x :r ?y })",
        ":f :p :x .",
        ":x :r :y",
        {"f"},
        {"f p x", "x r y"},
    ),
    "exists in an expression": (
        "?focus :p ?x BIND(EXISTS { ?x :q ?y } AS ?z)",
        ":f :p :x .",
        ":x :q :y",
        {"f"},
        {"f p x", "x q y"},
    ),
    "another name": ("?focus :p ?x BIND(?x AS ?y) ?y :q ?z", ":f :p :x .", ":x :q :y", {"f"}, {"f p x", "x q y"}),
    "a name for a constant": (
        "?focus :p ?x BIND(:c AS ?y) ?y :q ?x",
        ":f :p :x .",
        ":c :q :x",
        {"f"},
        {"f p x", "c q x"},
    ),
    "a constant aside": ("?focus :p ?x . :c :q ?y", ":f :p :x .", ":c :q :y", "*", {"f p x", "c q y"}),
    "values aside": ("?focus :p ?x VALUES ?c { :c :d } ?c :q ?y", ":f :p :x .", ":d :q :y", "*", {"f p x", "d q y"}),
    "something aside": ("?focus :p ?x . ?a :q ?b", ":f :p :x .", ":a :q :b", "*", "*"),
    "a subquery": ("?focus :p ?x { SELECT ?x ?y { ?x :q ?y } }", ":f :p :x .", ":x :q :y", {"f"}, {"f p x", "x q y"}),
    "a variable of the same name in a subquery": (
        "?focus :p ?x ; :r ?y { SELECT ?x { ?x :q ?y . ?y :s ?z } }",
        ":f :p :x ; :r :b . :x :q :y .",
        ":y :s :z",
        {"f"},
        {"f p x", "f r b", "x q y", "y s z"},
    ),
    "a group": (
        "?focus :p ?x { SELECT ?x (COUNT(?y) AS ?n) { ?x :q ?y } GROUP BY ?x }",
        ":f :p :x .",
        ":x :q :y",
        {"f"},
        {"f p x", "x q y"},
    ),
    "a count of everything": (
        "?focus :p ?x { SELECT (COUNT(?x) AS ?n) { ?x :q ?y } }",
        ":f :p :x .",
        ":a :q :b",
        "*",
        "*",
    ),
    "optional, then more about it": (
        "?focus :p ?x OPTIONAL { ?x :q ?y } OPTIONAL { ?y :r ?z }",
        ":f :p :x . :x :q :y .",
        ":y :r :z",
        "*",
        "*",
    ),
    "what an inner group does not see": (
        # Not so: ?a is bound to f's :p inside the braces. The inner condition asks whether there is any :q at all.
        "?focus :p ?a { ?b :r ?focus FILTER NOT EXISTS { ?a :q ?c } }",
        ":f :p :a . :b :r :f .",
        ":z :q :c",
        "*",
        "*",
    ),
    "two items of one value": (
        "?focus :kind ?k . ?other :kind ?k",
        ":f :kind :k . :g :kind :k . :h :kind :l .",
        ":e :kind :k",
        {"e", "f", "g"},
        {"f kind k", "g kind k", "e kind k"},
    ),
    "a catalogue rather than two items of one value": (
        "?focus :part ?p . ?entry a il:SystemRequirementEntry ; :part ?p",
        ":f :part :p . :g :part :p . :e a il:SystemRequirementEntry ; :part :p .",
        ":f :part :q",
        {"f"},
        {"f part p", "f part q", "e type SystemRequirementEntry", "e part p"},
    ),
    "optional, before what it is about": (
        # ?x inside is any node that has a :q; where one of them is no :p of the focus, there is no row at all.
        "?focus :r ?b OPTIONAL { ?x :q ?y } ?focus :p ?x",
        ":f :r :b ; :p :x .",
        ":z :q :y",
        "*",
        "*",
    ),
    "minus something else of that name": (
        "?focus :p ?x OPTIONAL { ?x :q ?y } MINUS { ?y :r ?x }",
        ":f :p :x .",
        ":y :r :x",
        {"f"},
        {"f p x", "y r x"},
    ),
    "a blank node": ("?focus :p [ :q ?x ]", ":f :p :m .", ":m :q :x", {"f"}, {"f p m", "m q x"}),
    "the same variable twice": ("?focus :p ?x . ?x :q ?x", ":f :p :x .", ":x :q :x", {"f"}, {"f p x", "x q x"}),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_query_reads(name: str) -> None:
    body, facts, added, expected, read = CASES[name]
    footprint = query(f"{HEAD} SELECT * WHERE {{ {body} }}")
    assert touched(footprint, facts, added) == expected
    assert touched(footprint, facts, removed=added) == expected  # what went counts like what came
    assert cut(footprint, facts + added, "f") == read


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("?focus :p ?x SERVICE <http://e.example/> { ?x :q ?y }", "it asks another service"),
        ("?focus :p ?x { SELECT ?x { ?x :q ?y } LIMIT 1 }", "it takes only some of its rows (LIMIT or OFFSET)"),
        (
            "{ SELECT ?focus { ?focus :q ?y } GROUP BY ?focus HAVING(EXISTS { ?focus :r ?z }) }",
            "its algebra has a part that is not known here",
        ),
        ("?focus rdf:type/no:such ?x", "it does not declare the prefix no:"),
        ("?focus :p", "it does not parse"),
    ],
)
def test_what_nobody_can_tell(body: str, reason: str) -> None:
    footprint = query(f"{HEAD} SELECT * WHERE {{ {body} }}")
    assert isinstance(footprint, Opaque)
    assert footprint.reason.startswith(reason)


def test_other_forms_of_queries() -> None:
    facts, added = ":f :p :x .", ":x :q :y"
    for head in ("CONSTRUCT { ?focus :z ?y } WHERE", "ASK", "SELECT DISTINCT ?focus (COUNT(?y) AS ?n)"):
        tail = "GROUP BY ?focus HAVING(COUNT(?y) > 1) ORDER BY ?focus" if "COUNT" in head else ""
        footprint = query(f"{HEAD} {head} {{ ?focus :p ?x . ?x :q ?y }} {tail}")
        assert touched(footprint, facts, added) == {"f"}
    for text in ("DESCRIBE ?focus WHERE { ?focus :p ?x }", "SELECT * FROM :g WHERE { ?focus :p ?x }"):
        assert isinstance(query(HEAD + text), Opaque)


def test_a_marked_focus_is_bound_only_where_it_is_marked() -> None:
    outer = "{ SELECT ?x { VALUES ?focus { } ?focus :p ?x } } ?x :q ?y"
    footprint = query(f"{HEAD} SELECT * WHERE {{ {outer} }}")
    assert touched(footprint, ":f :p :x .", ":x :q :y") == {"f"}
    aside = query(f"{HEAD} SELECT * WHERE {{ {outer} OPTIONAL {{ ?focus :r ?z }} }}")
    assert touched(aside, ":f :p :x .", ":f :r :z") == "*"  # this ?focus is another variable


def test_another_parameter_is_any_node() -> None:
    footprint = query(f"{HEAD} SELECT * WHERE {{ VALUES ?focus {{ }} VALUES ?day {{ }} ?focus :p ?day }}")
    assert touched(footprint, "", ":f :p :x") == {"f"}
    footprint = footprint_of_query(
        f"{HEAD} SELECT * WHERE {{ VALUES ?focus {{ }} VALUES ?a {{ }} ?focus :p ?x . ?a :q ?b }}"
    )
    assert touched(footprint, ":f :p :x .", ":a :q :b") == "*"


def test_a_query_about_graphs_can_be_touched_but_not_cut() -> None:
    footprint = query(f"{HEAD} SELECT * WHERE {{ ?focus :p ?x GRAPH ?g {{ ?x :q ?y }} }}")
    assert touched(footprint, ":f :p :x .", ":x :q :y") == {"f"}
    assert cut(footprint, ":f :p :x .", "f") == "*"


def test_the_focus_can_have_another_name() -> None:
    text = f"{HEAD} SELECT $this WHERE {{ $this :p ?x }}"
    assert touched(footprint_of_query(text, "this"), "", ":f :p :x") == {"f"}
    assert touched(footprint_of_query(text, "focus"), "", ":f :p :x") == "*"  # nothing ties ?focus to anything


def test_a_change_in_the_tree_of_classes_concerns_all_that_look_at_it() -> None:
    footprint = query(f"{HEAD} SELECT * WHERE {{ ?focus a/rdfs:subClassOf* :C }}")
    assert touched(footprint, ":f a :D .", ":D rdfs:subClassOf :C") == "*"
    assert touched(footprint, ":D rdfs:subClassOf :C .", ":f a :D") == {"f"}

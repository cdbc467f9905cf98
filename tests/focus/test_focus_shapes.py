"""What SHACL rules read: each construct in a case small enough to be worked by hand."""

from __future__ import annotations

import pytest
from focus_cases import RULE, cut, rule, touched, triples

from kg.focus.footprint import Footprint, Opaque
from kg.focus.shapes import Shapes

NODE = "sh:targetNode :f"
CHOSEN = "sh:targetNode :choice ; sh:property [ sh:path [ sh:inversePath :made ]"
INNER = "sh:property [ sh:path :q ; sh:minCount 1 ]"
DISJOINT = "sh:qualifiedMinCount 1 ; sh:qualifiedValueShapesDisjoint true ; sh:qualifiedValueShape"
BESIDE = "sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [ sh:path :q ; sh:minCount 1 ]"


def select(body: str) -> str:
    return f"[ sh:prefixes il:rule ; sh:select 'SELECT $this {{ {body} }}' ]"


# the rule, facts, what comes, at which nodes the rule can report something else, what can be read for :f
CASES = {
    "a class": ("sh:targetClass :C ; sh:nodeKind sh:IRI", "", ":f a :C", {"f"}, {"f type C"}),
    "subjects": ("sh:targetSubjectsOf :p ; sh:nodeKind sh:IRI", "", ":f :p :x", {"f"}, {"f p x"}),
    "objects": ("sh:targetObjectsOf :p ; sh:nodeKind sh:IRI", "", ":x :p :f", {"f"}, {"x p f"}),
    "a query for the target": (
        "sh:target [ sh:prefixes il:rule ; sh:select 'SELECT ?this { ?this p:p/p:q ?x }' ] ; sh:nodeKind sh:IRI",
        ":f :p :m .",
        ":m :q :x",
        {"f"},
        {"f p m", "m q x"},
    ),
    "a property": (f"{NODE} ; sh:property [ sh:path :p ; sh:minCount 1 ]", "", ":f :p :x", {"f"}, {"f p x"}),
    "a property shape as rule": (f"{NODE} ; sh:path :p ; sh:minCount 1", "", ":f :p :x", {"f"}, {"f p x"}),
    "an inverse path": (f"{NODE} ; sh:path [ sh:inversePath :p ] ; sh:minCount 1", "", ":x :p :f", {"f"}, {"x p f"}),
    "a sequence": (f"{NODE} ; sh:path ( :p :q ) ; sh:minCount 1", ":f :p :m .", ":m :q :x", {"f"}, {"f p m", "m q x"}),
    "a choice": (
        f"{NODE} ; sh:path [ sh:alternativePath ( :p :q ) ] ; sh:minCount 1",
        "",
        ":f :q :x",
        {"f"},
        {"f q x"},
    ),
    "zero or more": (
        f"{NODE} ; sh:path ( [ sh:zeroOrMorePath :p ] :q ) ; sh:minCount 1",
        ":f :p :m .",
        ":m :q :x",
        {"f", "m"},
        {"f p m", "m q x"},
    ),
    "one or more": (
        f"{NODE} ; sh:path [ sh:oneOrMorePath :p ] ; sh:minCount 1",
        ":f :p :m .",
        ":m :p :x",
        {"f", "m"},
        {"f p m", "m p x"},
    ),
    "zero or one": (
        f"{NODE} ; sh:path ( [ sh:zeroOrOnePath :p ] :q ) ; sh:minCount 1",
        ":f :p :m .",
        ":m :q :x",
        {"f", "m"},
        {"f p m", "m q x"},
    ),
    "a node shape of the values": (
        f"{NODE} ; sh:path :p ; sh:node [ sh:property [ sh:path :q ; sh:minCount 1 ] ]",
        ":f :p :m .",
        ":m :q :x",
        {"f"},
        {"f p m", "m q x"},
    ),
    "a qualified shape": (
        f"{NODE} ; sh:path :p ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [ sh:path :q ; sh:hasValue :x ]",
        ":f :p :m .",
        ":m :q :x",
        {"f"},
        {"f p m", "m q x"},
    ),
    "the shape beside a disjoint one": (
        f"{NODE} ; sh:property [ sh:path :p ; {DISJOINT} [ sh:nodeKind sh:IRI ] ] , [ sh:path :r ; {BESIDE} ]",
        ":f :p :m .",
        ":m :q :x",
        {"f"},
        {"f p m", "m q x"},
    ),
    "or": (
        f"{NODE} ; sh:or ( [ sh:nodeKind sh:Literal ] [ sh:path :q ; sh:minCount 1 ] )",
        "",
        ":f :q :x",
        {"f"},
        {"f q x"},
    ),
    "and": (f"{NODE} ; sh:and ( [ sh:path :q ; sh:minCount 1 ] )", "", ":f :q :x", {"f"}, {"f q x"}),
    "xone": (f"{NODE} ; sh:xone ( [ sh:path :q ; sh:minCount 1 ] )", "", ":f :q :x", {"f"}, {"f q x"}),
    "not": (
        f"{NODE} ; sh:path :p ; sh:not [ sh:path :q ; sh:hasValue :x ]",
        ":f :p :m .",
        ":m :q :x",
        {"f"},
        {"f p m", "m q x"},
    ),
    "the class of values": (
        f"{NODE} ; sh:path :p ; sh:class :C",
        ":f :p :m . :D rdfs:subClassOf :C .",
        ":m a :D",
        {"f"},
        {"f p m", "m type D", "D subClassOf C"},
    ),
    "equal values": (f"{NODE} ; sh:path :p ; sh:equals :q", ":f :p :x .", ":f :q :x", {"f"}, {"f p x", "f q x"}),
    "disjoint values": (f"{NODE} ; sh:path :p ; sh:disjoint :q", ":f :p :x .", ":f :q :x", {"f"}, {"f p x", "f q x"}),
    "lesser values": (f"{NODE} ; sh:path :p ; sh:lessThan :q", ":f :p 1 .", ":f :q 2", {"f"}, {"f p 1", "f q 2"}),
    "lesser values or equal ones": (
        f"{NODE} ; sh:path :p ; sh:lessThanOrEquals :q",
        ":f :p 1 .",
        ":f :q 2",
        {"f"},
        {"f p 1", "f q 2"},
    ),
    "closed": (f"{NODE} ; sh:closed true", "", ":f :whatever :x", {"f"}, {"f whatever x"}),
    "closed values": (
        f"{NODE} ; sh:path :p ; sh:node [ sh:closed true ]",
        ":f :p :m .",
        ":m :whatever :x",
        {"f"},
        {"f p m", "m whatever x"},
    ),
    "a query": (
        f"{NODE} ; sh:sparql {select('$this p:p ?x FILTER NOT EXISTS { ?x p:q ?y }')}",
        ":f :p :m .",
        ":m :q :x",
        {"f"},
        {"f p m", "m q x"},
    ),
    "a query in a property shape": (
        f"{NODE} ; sh:path :p ; sh:sparql {select('$this p:r ?value')}",
        ":f :p :m .",
        ":f :r :x",
        {"f"},
        {"f r x"},
    ),
    "a query about the path": (
        f"{NODE} ; sh:path [ sh:inversePath :p ] ; sh:sparql {select('$this $PATH ?v . ?v p:q ?w')}",
        ":m :p :f .",
        ":m :q :x",
        {"f"},
        {"m p f", "m q x"},
    ),
    "a query in a nested shape": (
        f"{NODE} ; sh:path :p ; sh:node [ sh:sparql {select('$this p:q ?x')} ]",
        ":f :p :m .",
        ":m :q :x",
        {"f"},
        {"f p m", "m q x"},
    ),
    # Nested property shapes report at what the outer ones reach.
    "nested, the inner value": (
        "sh:targetClass :C ; sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:minCount 1 ] ]",
        ":o a :C ; :p :f .",
        ":f :q :x",
        {"f"},
        {"f q x", "o p f", "o type C"},
    ),
    "nested, the way to it": (
        "sh:targetClass :C ; sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:minCount 1 ] ]",
        ":f :q :x . :o a :C .",
        ":o :p :f",
        {"f"},
        {"f q x", "o p f", "o type C"},
    ),
    "nested, the target": (
        "sh:targetClass :C ; sh:property [ sh:path :p ; sh:property [ sh:path :q ; sh:minCount 1 ] ]",
        ":f :q :x . :o :p :f .",
        ":o a :C",
        {"f"},
        {"f q x", "o p f", "o type C"},
    ),
    "nested below a choice": (
        f"{CHOSEN} ; {INNER} ]",
        ":f :q :x . :g :made :choice ; :q :x .",
        ":f :made :choice",
        {"f"},
        {"f q x", "f made choice"},
    ),
    "nested below a choice, another one": (
        f"{CHOSEN} ; {INNER} ]",
        ":f :made :choice .",
        ":f :made :other",
        set(),
        {"f made choice"},
    ),
    "nested twice": (
        f"{CHOSEN} ; sh:property [ sh:path :q ; sh:property [ sh:path :r ; sh:minCount 1 ] ] ]",
        ":g :q :f . :f :r :x .",
        ":g :made :choice",
        {"f"},
        {"f r x", "g q f", "g made choice"},
    ),
    "counted and nested": (
        f"{CHOSEN} ; sh:minCount 2 ; {INNER} ]",
        "",
        ":f :made :choice",
        {"f", "choice"},  # the choice counts who made it; whoever did is looked at
        {"f made choice"},
    ),
}
PREFIXES = ' ; sh:declare [ sh:prefix "p" ; sh:namespace "urn:x:" ]'


@pytest.mark.parametrize("name", CASES)
def test_what_a_rule_reads(name: str) -> None:
    body, facts, added, expected, read = CASES[name]
    footprint = rule(f"il:rule {body}{PREFIXES}")
    assert touched(footprint, facts, added) == expected
    assert touched(footprint, facts, removed=added) == expected
    assert cut(footprint, facts + added, "f") == read


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("sh:js [ sh:jsFunctionName 'x' ]", "it uses sh:js"),
        ("sh:rule [ sh:condition [] ]", "it uses sh:rule"),
        ("sh:path :p ; sh:sparql [ sh:ask 'ASK { $this ?p ?o }' ]", "it has a constraint or target by something else"),
        ("sh:property :a . :a sh:path :p ; sh:node il:rule", "a shape of it refers to itself"),
        ("sh:or ( [ sh:minCount 1 ] . il:rule sh:or [ rdf:first 1 ]", "it has a list that is not well formed"),
        ("sh:path [ sh:strangePath :p ] ; sh:minCount 1", "it has a path of a kind that is not known here"),
        ("sh:path [ rdfs:label 'x' ; sh:inversePath :p ] ; sh:minCount 1", "it has a path that is not well formed"),
        ("sh:node 'text'", '"text" stands where a shape should'),
        (
            ":own 3 . :Component a sh:ConstraintComponent ; sh:parameter [ sh:path :own ]",
            "it uses a constraint of its own",
        ),
        ("sh:sparql [ sh:select 'SELECT $this { SERVICE <urn:s> { $this ?p ?o } }' ]", "it asks another service"),
    ],
)
def test_what_nobody_can_tell(body: str, reason: str) -> None:
    text = f"il:rule {NODE} ; {body}".replace("( [ sh:minCount 1 ] .", "() .")
    footprint = rule(text)
    assert isinstance(footprint, Opaque)
    assert footprint.reason.startswith(reason)


def test_a_rule_without_a_target_is_not_taken_for_one_that_reads_nothing() -> None:
    assert isinstance(rule("il:rule sh:nodeKind sh:IRI"), Opaque)


def test_parts_of_a_rule_read_for_it() -> None:
    text = (
        "il:rule sh:targetClass :C ; sh:path :p ; sh:minCount 1 ."
        f"<{RULE.replace('#', '/')}> sh:targetClass :C ; sh:path :p ; sh:minCount 1 ."
        f"<{RULE.replace('#', '/')}#part> sh:targetClass :D ; sh:path :q ; sh:minCount 1"
    )
    footprint = Shapes(triples(text)).footprint(RULE.replace("#", "/"))
    assert touched(footprint, "", ":f :q :x") == {"f"}
    assert touched(footprint, "", ":f :p :x") == {"f"}


def test_prefixes_may_be_declared_elsewhere() -> None:
    text = (
        "il:rule sh:targetNode :f ; sh:sparql [ sh:prefixes :all ; sh:select 'SELECT $this { $this p:q ?x }' ] ."
        ":all owl:imports :more . :more sh:declare [ sh:prefix 'p' ; sh:namespace 'urn:x:' ]"
    )
    assert touched(rule(text), "", ":f :q :x") == {"f"}


def test_a_footprint_survives_json() -> None:
    footprint = rule("il:rule sh:targetNode :c ; sh:property [ sh:path [ sh:inversePath :p ] ; sh:closed true ]")
    assert isinstance(footprint, Footprint)
    assert footprint.edges
    assert Footprint.from_json(footprint.to_json()) == footprint

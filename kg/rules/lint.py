"""What is wrong with a rule file although it parses: everything that an engine would pass over in silence."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.rdf.names import RDF, SH, XSD, curie
from kg.rules.paths import list_items, path_text
from kg.rules.terms import COUNTS, LISTS, SHACL_TERMS, TARGETS, TRUTHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.rdf.terms import Node, Term
    from kg.rules.paths import Facts

__all__ = ["problems"]

_DAY: Final = re.compile(r"\basOf>?\s+[?$](\w+)")


def problems(facts: Facts) -> Iterator[str]:
    """Yield what is wrong with the shapes in `facts`, one sentence each, in a stable order.

    Args:
        facts: the triples of one file; each property shape has an IRI.
    """
    for check in (_unknown_terms, _values, _paths, _severities, _queries, _messages, _targets):
        yield from sorted(set(check(facts)))


def _unknown_terms(facts: Facts) -> Iterator[str]:
    used = {value.value for here in facts.values() for values in here.values() for value in _iris(values)}
    used.update(iri for here in facts.values() for iri in here)
    for iri in used:
        name = iri.removeprefix(SH)
        if iri.startswith(SH) and name not in SHACL_TERMS:
            nearest = get_close_matches(name, sorted(SHACL_TERMS), 1)
            hint = f"; nearest: sh:{nearest[0]}" if nearest else ""
            yield f"sh:{name} is no term of SHACL Core or SHACL-SPARQL, so engines would ignore it{hint}"


def _values(facts: Facts) -> Iterator[str]:
    for node, here in facts.items():
        for kind, datatype, names in (("an integer", "integer", COUNTS), ("true or false", "boolean", TRUTHS)):
            for name in names:
                for value in here.get(SH + name, []):
                    if not (isinstance(value, Literal) and value.datatype.value == XSD + datatype):
                        yield f"sh:{name} of {_who(node, facts)} must be {kind}, not {value}"
        for name in LISTS:
            for value in here.get(SH + name, []):
                if list_items(value, facts) is None:
                    yield f"sh:{name} of {_who(node, facts)} must be a list in round brackets"


def _paths(facts: Facts) -> Iterator[str]:
    shapes = {n for here in facts.values() for n in _iris(here.get(SH + "property", []))}
    for node, here in facts.items():
        if SH + "path" in here:
            if len(here[SH + "path"]) != 1 or path_text(here[SH + "path"][0], facts) is None:
                yield f"sh:path of {_who(node, facts)} is no well-formed property path"
        elif NamedNode(SH + "PropertyShape") in here.get(RDF + "type", []):
            yield f"the property shape {_who(node, facts)} has no sh:path"
    for shape in shapes:
        if SH + "path" not in facts.get(shape, {}):
            yield f"the property shape {_who(shape, facts)} has no sh:path"


def _severities(facts: Facts) -> Iterator[str]:
    allowed = [NamedNode(SH + name) for name in ("Violation", "Warning", "Info")]
    for node, here in facts.items():
        for value in here.get(SH + "severity", []):
            if value not in allowed:
                yield f"sh:severity of {_who(node, facts)} must be sh:Violation, sh:Warning or sh:Info"
        for constraint in here.get(SH + "sparql", []):
            if isinstance(constraint, NamedNode | BlankNode) and SH + "severity" in facts.get(constraint, {}):
                yield f"sh:severity on the query of {_who(node, facts)} is not portable; the shape has to say it"
        if SH + "severity" in here:
            for below in _iris(here.get(SH + "property", [])):
                if SH + "severity" not in facts.get(below, {}):
                    yield (
                        f"{_who(below, facts)} states no sh:severity and does not take that of {_who(node, facts)}; "
                        "state it on the property shape too"
                    )


def _queries(facts: Facts) -> Iterator[str]:
    for node, here in facts.items():
        for constraint in here.get(SH + "sparql", []):
            texts = (
                facts.get(constraint, {}).get(SH + "select", [])
                if isinstance(constraint, NamedNode | BlankNode)
                else []
            )
            if len(texts) != 1 or not isinstance(texts[0], Literal):
                yield f"the SPARQL constraint of {_who(node, facts)} must have one sh:select"
            elif "$this" not in texts[0].value and "?this" not in texts[0].value:
                yield f"the query of {_who(node, facts)} never speaks of $this"
            elif _compares_dates(texts[0].value):
                yield (
                    f"the query of {_who(node, facts)} compares xsd:date, for which SPARQL 1.1 has no operator; "
                    "compare the texts: STR(?until) < STR(?day)"
                )


def _messages(facts: Facts) -> Iterator[str]:
    for node, here in facts.items():
        texts = [text for text in here.get(SH + "message", []) if isinstance(text, Literal)]
        filled = SH + "sparql" in here or SH + "select" in here
        if not filled and any("{$" in text.value or "{?" in text.value for text in texts):
            yield f"sh:message of {_who(node, facts)} has a place to fill, which only a SPARQL constraint does"


def _compares_dates(query: str) -> bool:
    """Tell whether a query compares the day of the check as it is: one engine then says nothing at all."""
    days = [re.escape(name) for name in _DAY.findall(query)]
    return any(re.search(rf"[<>=]\s*[?$]{day}\b|[?$]{day}\s*(?:[<>]|!?=)", query) for day in days)


def _targets(facts: Facts) -> Iterator[str]:
    pointed = {v for here in facts.values() for iri, values in here.items() if iri.startswith(SH) for v in values}
    for node, here in facts.items():
        targets = [name for name in TARGETS if SH + name in here]
        if targets and isinstance(node, BlankNode):
            yield f"a shape with sh:{targets[0]} has no IRI; a rule needs one, so that findings can name it"
        for name in targets:
            for value in here[SH + name]:
                if name != "target" and not isinstance(value, NamedNode):
                    yield f"sh:{name} of {_who(node, facts)} must be an IRI, not {value}"
        is_shape = NamedNode(SH + "NodeShape") in here.get(RDF + "type", [])
        if is_shape and not targets and node not in pointed and isinstance(node, NamedNode):
            yield f"{_who(node, facts)} has no target and no shape uses it, so it would judge nothing"


def _iris(values: list[Term]) -> Iterator[NamedNode]:
    return (value for value in values if isinstance(value, NamedNode))


def _who(node: Node, facts: Facts) -> str:
    """Return how to call a shape: its CURIE, or its path and the shape that it belongs to."""
    if isinstance(node, NamedNode) and not node.value.startswith("urn:x-interlock:shape/"):
        return curie(node.value)
    path = facts.get(node, {}).get(SH + "path", [])
    text = path_text(path[0], facts) if path else None
    owner = next((o for o, here in facts.items() if node in here.get(SH + "property", [])), None)
    of = f" of {_who(owner, facts)}" if owner is not None and owner != node else ""
    return f"the shape{f' for {text}' if text else ''}{of}"

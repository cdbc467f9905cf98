"""Which terms data uses and which are defined: whole passes over N-Triples at the speed of the regex engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg.rdf.names import BASE, CATALOGUE, NS, OWL, RDF, RDFS

if TYPE_CHECKING:
    import mmap
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = [
    "LABELS",
    "TERM_KINDS",
    "Vocabulary",
    "closed_by",
    "is_ours",
    "lines_with",
    "namespace",
    "reached",
    "read_vocabulary",
    "supers_of",
    "walked",
]

_PREDICATE: Final = re.compile(rb"> <([^<> ]+)> ")
_PREDICATE_OF_BLANK: Final = re.compile(rb"\n_:[^ ]+ <([^<> ]+)> ")
_TYPE: Final = re.compile(f"<{re.escape(RDF)}type> <([^<> ]+)> \\.\n".encode())
_OURS: Final = re.compile(f" <({re.escape(BASE)}(?:ns#|id/)[^<> ]+)> \\.\n".encode())
_DEFINED_OURS: Final = re.compile(f"\n<({re.escape(BASE)}(?:ns#|id/)[^<> ]+)> ".encode())
TERM_KINDS: Final = (
    *(OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")),
    RDFS + "Class",
    RDF + "Property",
)
"""What a term of an ontology can be an instance of."""

LABELS: Final = (RDFS + "label", RDFS + "comment", RDFS + "isDefinedBy")
"""What tells that an ontology describes its term, and does not only use it."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of some data.

    Attributes:
        predicates: IRIs in the place of a property.
        classes: IRIs in the place of a class.
        mentioned: IRIs of our vocabulary and catalogues in any other place of an object.
        defined: IRIs that an ontology or catalogue in the data defines.
        closing: those of `defined` on account of which their namespace is closed.
        closed: namespaces of which every term is defined in the data.
        supers: class → its direct superclasses.
    """

    predicates: frozenset[str]
    classes: frozenset[str]
    mentioned: frozenset[str]
    defined: frozenset[str]
    closing: frozenset[str]
    closed: frozenset[str]
    supers: Mapping[str, frozenset[str]]

    def unknown(self, iris: Iterable[str]) -> list[str]:
        """Return those of `iris` that lie in a closed namespace and that nobody defines, sorted."""
        return sorted(i for i in iris if i not in self.defined and namespace(i) in self.closed)


def namespace(iri: str) -> str:
    """Return `iri` up to and including its last ``#`` or ``/``."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def read_vocabulary(facts: mmap.mmap) -> Vocabulary:
    """Read which terms `facts` use and define.

    Args:
        facts: N-Triples, each line after a newline.
    """
    ours = _iris(_DEFINED_OURS, facts)
    terms = {line[0] for kind in TERM_KINDS for line in lines_with(facts, f"> <{RDF}type> <{kind}> .\n")}
    labelled = terms & {line[0] for name in LABELS for line in lines_with(facts, f"> <{name}> ")}
    supers: dict[str, set[str]] = {}
    for below, _, above in lines_with(facts, f"> <{RDFS}subClassOf> <"):
        supers.setdefault(below, set()).add(above)
    predicates = _iris(_PREDICATE, facts)
    if facts.find(b"\n_:") >= 0:
        predicates |= _iris(_PREDICATE_OF_BLANK, facts)
    closing = frozenset(labelled | {i for i in ours if i.startswith(CATALOGUE)})
    return Vocabulary(
        predicates=frozenset(predicates),
        classes=frozenset(_iris(_TYPE, facts)),
        mentioned=frozenset(_iris(_OURS, facts)),
        defined=frozenset(ours | terms),
        closing=closing,
        closed=closed_by(map(namespace, closing)),
        supers={below: frozenset(above) for below, above in supers.items()},
    )


def closed_by(namespaces: Iterable[str]) -> frozenset[str]:
    """Return the closed namespaces: ours, and those given, in which some term is described."""
    return frozenset({NS, *namespaces} - {CATALOGUE})


def is_ours(iri: str) -> bool:
    """Tell whether `iri` lies where our vocabulary and catalogues are: it is defined if anything is said about it."""
    return iri.startswith((NS, CATALOGUE)) and iri not in {NS, CATALOGUE}


def supers_of(name: str, supers: Mapping[str, Iterable[str]]) -> set[str]:
    """Return the class `name` and all classes above it.

    Args:
        name: IRI of a class.
        supers: class → its direct superclasses.
    """
    return reached(name, lambda one: supers.get(one, ()))


def reached(start: str, near: Callable[[str], Iterable[str]]) -> set[str]:
    """Return `start` and all that can be reached from it in steps of `near`."""
    return set(walked(start, near))


def walked(start: str, near: Callable[[str], Iterable[str]]) -> Iterator[str]:
    """Yield what `reached` returns, each before a step from it is made."""
    found: set[str] = set()
    open_ = [start]
    while open_:
        one = open_.pop()
        if one not in found:
            found.add(one)
            yield one
            open_.extend(near(one))


def lines_with(facts: mmap.mmap, part: str) -> Iterator[tuple[str, str, str]]:
    """Yield subject, property and object of each line that has `part` after its subject, IRIs without angle brackets.

    Args:
        facts: N-Triples, each line after a newline.
        part: what to look for, from the ``>`` that ends the subject; rare enough for each hit to be cut out by hand.
    """
    needle = part.encode()
    at = facts.find(needle)
    while at >= 0:
        start, end = facts.rfind(b"\n", 0, at) + 1, facts.find(b"\n", at)
        subject, predicate, rest = facts[start:end].decode().split(" ", 2)
        if at - start == len(subject.encode()) - 1:  # else a literal quotes it
            yield _bare(subject), _bare(predicate), _bare(rest.removesuffix(" ."))
        at = facts.find(needle, end)


def _bare(term: str) -> str:
    return term[1:-1] if term.startswith("<") else term


def _iris(pattern: re.Pattern[bytes], facts: mmap.mmap) -> set[str]:
    return {iri.decode() for iri in set(pattern.findall(facts))}

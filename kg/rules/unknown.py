"""Terms that nobody defines: a misspelt property or class makes every rule pass in silence, so it is a finding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nsmallest
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.rdf.names import CATALOGUE, PREFIXES, RULE, curie
from kg.rdf.turtle import natural
from kg.rules.rule import Rule
from kg.rules.vocabulary import namespace
from kg.values import Finding, Item, Severity

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterator, Mapping

    from kg.rules.rule import RuleSet
    from kg.rules.vocabulary import Vocabulary

__all__ = ["SHOWN", "UNKNOWN_TERM", "Stray", "unknown_in_rules", "unknown_terms"]

UNKNOWN_TERM: Final = Rule(
    iri=RULE + "model/unknown-term",
    name="model/unknown-term",
    label="Every property, class and catalogue entry in use is defined",
    sources=(),
    severity=Severity.VIOLATION,
    targets=(),
    file="",
)
"""The rule that no shape can state: it is about the vocabulary of the data."""

SHOWN: Final = 5
"""How many uses of one term are told of."""

_CURIE: Final = re.compile(r"(?<![\w:<?$-])([A-Za-z][\w-]*(?:\.[\w-]+)*):([A-Za-z_][\w.-]*[\w-]|[A-Za-z_])")
_PREFIX: Final = re.compile(r"(?i)\bPREFIX\s+([\w.-]*):\s*<([^<>\s]*)>")
_QUOTED: Final = re.compile(r"\"\"\".*?\"\"\"|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|(?:^|(?<=\s))#[^\n]*", re.DOTALL)
_FULL: Final = re.compile(r"<([a-z]+:[^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class Stray:
    """One use of a term that nobody defines.

    Attributes:
        term: its IRI.
        place: what it is used as: ``property``, ``class`` or ``value``.
        subject: IRI of the item that uses it.
        path: IRI of the property in question.
        uses: how many items use it so.
    """

    term: str
    place: str
    subject: str
    path: str
    uses: int

    def finding(
        self, items: Mapping[str, Item], vocabulary: Vocabulary, rules: RuleSet, prefixes: Mapping[str, str] = PREFIXES
    ) -> Finding:
        """Return the finding that this use is."""
        known = dict(prefixes)
        name = curie(self.term, known)
        kind = "entry" if self.term.startswith(CATALOGUE) else "term" if self.place == "value" else self.place
        whose = "No catalogue" if kind == "entry" else "No ontology"
        hint = _nearest(self.term, vocabulary, known)
        more = f" ({self.uses} items use it)" if self.uses > 1 else ""
        return Finding(
            rule=UNKNOWN_TERM.iri,
            name=UNKNOWN_TERM.name,
            clause="",
            severity=rules.severities.get(UNKNOWN_TERM.name, UNKNOWN_TERM.severity),
            focus=items.get(self.subject) or Item(self.subject, self.subject),
            path=curie(self.path, known),
            value=f"<{self.term}>",
            message=f"{whose} defines the {kind} {name}{more}; {hint}",
            component=UNKNOWN_TERM.iri,
        )


def unknown_terms(facts: mmap.mmap, vocabulary: Vocabulary) -> list[Stray]:
    """Return the uses of terms that lie in a namespace of ours, or of a loaded ontology, and that nobody defines.

    Args:
        facts: N-Triples, each line after a newline.
        vocabulary: what `facts` use and define.

    Returns:
        For each term and place the first few items that use it, by IRI.
    """
    wanted = vocabulary.unknown(vocabulary.predicates | vocabulary.classes | vocabulary.mentioned)
    strays: list[Stray] = []
    for term in wanted:
        uses: dict[tuple[str, str], set[str]] = {}
        for subject, predicate, place in _uses(facts, term):
            uses.setdefault((place, predicate), set()).add(subject)
        for (place, predicate), subjects in sorted(uses.items()):
            strays += [
                Stray(term, place, one, predicate, len(subjects)) for one in nsmallest(SHOWN, subjects, key=natural)
            ]
    return strays


def unknown_in_rules(
    rules: RuleSet, vocabulary: Vocabulary, prefixes: Mapping[str, str] = PREFIXES
) -> Iterator[tuple[str, str]]:
    """Yield file and problem of each rule that speaks of a term which no ontology in the data defines.

    Such a rule would pass, or fail, whatever the data.
    """
    known = dict(prefixes)
    for file in rules.files:
        used: set[str] = set()
        for triple in file.triples:
            used |= {t.value for t in (triple.predicate, triple.object) if isinstance(t, NamedNode)}
            if isinstance(triple.object, Literal) and triple.predicate.value.endswith("#select"):
                used |= _in_query(triple.object.value, known)
        own = {t.subject.value for t in file.triples if isinstance(t.subject, NamedNode)}
        for term in vocabulary.unknown(used - own):
            yield (
                file.shown,
                f"speaks of {curie(term, known)}, which is defined nowhere; {_nearest(term, vocabulary, known)}",
            )


def _in_query(text: str, prefixes: Mapping[str, str]) -> set[str]:
    """Return the IRIs that a query names; text in quotes and comments are left out."""
    bare = _QUOTED.sub(" ", text)
    known = {**prefixes, **dict(_PREFIX.findall(bare))}
    body = _PREFIX.sub(" ", bare)
    return {known[p] + local for p, local in _CURIE.findall(body) if p in known} | set(_FULL.findall(body))


def _uses(facts: mmap.mmap, term: str) -> Iterator[tuple[str, str, str]]:
    """Yield subject, property and place of each line that uses `term`."""
    needle = f" <{term}> ".encode()
    at = facts.find(needle)
    while at >= 0:
        start, end = facts.rfind(b"\n", 0, at) + 1, facts.find(b"\n", at)
        subject, predicate, rest = facts[start:end].decode().split(" ", 2)
        name = subject[1:-1] if subject.startswith("<") else "_:"
        if predicate == f"<{term}>":
            yield name, term, "property"
        elif rest == f"<{term}> .":
            yield name, predicate[1:-1], "class" if predicate.endswith("#type>") else "value"
        at = facts.find(needle, end)


def _nearest(term: str, vocabulary: Vocabulary, prefixes: dict[str, str]) -> str:
    space = namespace(term)
    local = term[len(space) :]
    alike = (iri for iri in vocabulary.defined if iri.startswith(space) and namespace(iri) == space)
    known = {iri[len(space) :]: iri for iri in alike if iri[len(space) :][:1].isupper() == local[:1].isupper()}
    near = get_close_matches(local, sorted(known), 1, 0.6)
    return f"nearest: {curie(known[near[0]], prefixes)}" if near else f"see the terms of {space}"

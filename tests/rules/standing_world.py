"""A few facts that change, and rules for them, for tests of the standing check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.rules import apply_profile, load_profile, read_rules
from kg.store import Delta, Touched, memory_state
from kg.store.written import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kg.rules import RuleSet

__all__ = ["DAY_RULE", "NAME_RULE", "PEER_RULE", "World", "facts", "rules_of"]

_HEAD = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rule: <https://w3id.org/interlock/rule/test/> .
@prefix t: <urn:t:> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
NAME_RULE = (
    _HEAD
    + """
rule:name a sh:NodeShape ; rdfs:label "Boxes have one name" ; sh:targetClass t:Box ;
  sh:property [ sh:path t:name ; sh:minCount 1 ; sh:maxCount 1 ; sh:message "Give the box one name." ] .
"""
)
PEER_RULE = (
    _HEAD
    + """
rule:peer a sh:NodeShape ; rdfs:label "Boxes stand on boxes" ; sh:targetSubjectsOf t:standsOn ;
  sh:property [ sh:path ( t:standsOn t:name ) ; sh:minCount 1 ; sh:message "What it stands on has no name." ] .
"""
)
DAY_RULE = (
    _HEAD
    + """
rule:until a sh:NodeShape ; rdfs:label "Boxes are in date" ; sh:targetClass t:Box ;
  sh:property [ sh:path t:until ; sh:message "The box is out of date." ;
    sh:sparql [ sh:prefixes rule:until ; sh:select \"\"\"
    SELECT $this ?value WHERE {
      $this <urn:t:until> ?value .
      il:thisCheck il:asOf ?today .
      FILTER (STR(?value) < STR(?today))
    }\"\"\" ] ] .
rule:until sh:declare [ sh:prefix "il" ; sh:namespace "https://w3id.org/interlock/ns#"^^xsd:anyURI ] .
"""
)


def rules_of(folder: Path, **texts: str) -> RuleSet:
    """Return the rules of some files, each under its name."""
    for name, text in texts.items():
        (folder / f"{name}.ttl").write_text(text)
    return apply_profile(read_rules([folder / f"{name}.ttl" for name in texts]), load_profile("all"))


def facts(*texts: str) -> list[bytes]:
    """Return lines of N-Triples of facts such as ``t:a a t:Box`` and ``t:a t:name "A"``."""
    return [_line(text) for text in texts]


def _line(text: str) -> bytes:
    return " ".join([*(_term(word) for word in text.split(" ", 2)), ".\n"]).encode()


def _term(word: str) -> str:
    if word == "a":
        return "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    for prefix, space in (
        ("t:", "urn:t:"),
        ("il:", "https://w3id.org/interlock/ns#"),
        ("rdfs:", "http://www.w3.org/2000/01/rdf-schema#"),
        ("owl:", "http://www.w3.org/2002/07/owl#"),
    ):
        if word.startswith(prefix):
            return f"<{space}{word.removeprefix(prefix)}>"
    return word


class World:
    """Facts that change, as a standing check's source.

    Attributes:
        forgetful: whether what changed is not on record.
        is_newest: whether no state is newer.
        asked: how often all facts were asked for.
    """

    def __init__(self, *texts: str) -> None:
        words = (f'il:{name} rdfs:label "defined"' for name in ("asOf", "status", "retired"))
        self._lines = set(facts(*words, *texts))
        self._state = memory_state(self._lines)
        self._log: list[Touched] = []
        self.reader = self._state.reader
        self.forgetful, self.is_newest, self.asked = False, True, 0

    @property
    def id(self) -> str:
        """Tell this state from others."""
        return f"state {self.sequence}"

    @property
    def sequence(self) -> int:
        """Number of changes."""
        return len(self._log)

    def newest(self) -> bool:
        """Tell what `is_newest` says."""
        return self.is_newest

    def facts(self) -> Iterator[bytes]:
        """Yield all lines."""
        self.asked += 1
        yield from sorted(self._lines)

    def since(self, state: str) -> Touched | None:
        """Tell what changed."""
        if self.forgetful:
            return None
        touched = Touched()
        for one in self._log[int(state.removeprefix("state ")) :]:
            touched = touched.and_then(one)
        return touched

    def written(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield lines as they were given."""
        return as_written(lines, lambda prefix: [line for line in self._lines if line.startswith(prefix)])

    def change(self, *texts: str) -> None:
        """Add facts, and take away those that begin with a minus."""
        added = facts(*(text for text in texts if not text.startswith("-")))
        removed = facts(*(text[1:] for text in texts if text.startswith("-")))
        self._lines = (self._lines - set(removed)) | set(added)
        self._log.append(self._state.apply({"urn:memory": Delta(added, removed)}))

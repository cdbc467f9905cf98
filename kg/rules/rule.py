"""What a rule is: a named shape with targets, and a set of them ready to run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Triple

    from kg.values import Severity

__all__ = ["Rule", "RuleFile", "RuleSet", "Shape", "Target", "TargetKind", "matches", "rule_iri", "rule_name"]

_FOLDER: Final = "/rule/"


class TargetKind(StrEnum):
    """How a rule selects what it judges: the local name of the SHACL property."""

    CLASS = "targetClass"
    NODE = "targetNode"
    SUBJECTS_OF = "targetSubjectsOf"
    OBJECTS_OF = "targetObjectsOf"
    QUERY = "target"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One way in which a rule selects focus nodes.

    Attributes:
        kind: which one.
        term: IRI of the class, node or property; empty for a query.
    """

    kind: TargetKind
    term: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as people and runners need to know it.

    Attributes:
        iri: its IRI.
        name: its path under ``rule/``.
        label: what it demands, in a few words; empty where it has no ``rdfs:label``.
        sources: ``dcterms:source`` of the rule: IRIs of catalogue entries, or text.
        severity: the worst severity that its shapes state.
        targets: how it selects what it judges.
        file: the file that holds it, as the user would name it; empty for a rule that is part of the program.
    """

    iri: str
    name: str
    label: str
    sources: tuple[str, ...]
    severity: Severity
    targets: tuple[Target, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape that results can come from.

    Attributes:
        rule: IRI of the rule that it belongs to.
        path: its property path in SPARQL syntax with CURIEs; empty for a node shape.
        has_message: whether the shape, or a SPARQL constraint on it, states a message.
    """

    rule: str
    path: str
    has_message: bool


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One file of rules.

    Attributes:
        shown: its name as the user would write it.
        triples: what it states; each property shape has an IRI.
        digest: SHA-256 of the file as it was read.
        dated: whether it speaks of the day of the check, so that another day may give other results.
        nested: whether a property shape in it has property shapes of its own: their results are about other nodes than
            those that the rule selects.
    """

    shown: str
    triples: tuple[Triple, ...]
    digest: str = ""
    dated: bool = True
    nested: bool = True


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules that were read and found well formed.

    Attributes:
        rules: the rules, by name.
        files: the files that hold them, and those that hold what they share.
        shapes: IRI of each shape → what it belongs to.
        severities: name of a rule → severity that a profile gives its findings.
        built_in: names of the rules that are part of the program.
    """

    rules: tuple[Rule, ...]
    files: tuple[RuleFile, ...]
    shapes: Mapping[str, Shape]
    severities: Mapping[str, Severity] = field(default_factory=dict)
    built_in: frozenset[str] = frozenset()

    def by_iri(self) -> dict[str, Rule]:
        """Return the rules by their IRI."""
        return {rule.iri: rule for rule in self.rules}


def rule_iri(shape: str) -> str:
    """Return the IRI of the rule that a named shape is part of: a fragment after ``…/rule/…`` names a part."""
    whole, _, _ = shape.partition("#")
    return whole if _FOLDER in whole else shape


def rule_name(iri: str) -> str:
    """Return the name of a rule: its path after ``/rule/``, else the last part of its IRI."""
    _, found, after = iri.partition(_FOLDER)
    return after if found else iri.replace("#", "/").rstrip("/").rsplit("/", 1)[-1]


def matches(name: str, pattern: str) -> bool:
    """Return whether a rule's name fits a pattern with ``*`` and ``?``; the pattern may leave out the folder."""
    return fnmatchcase(name, pattern) or ("/" not in pattern and fnmatchcase(name.rpartition("/")[2], pattern))

"""The results that there are, and what they are made of.

Everything that Interlock answers is a `Findings`, a `Table`, a `Trace`, `Suspects` or a `Difference`; `kg.report` has
one renderer per format and knows no other shape.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

__all__ = [
    "AnswerChange",
    "Cell",
    "Changed",
    "Difference",
    "Entry",
    "Finding",
    "Findings",
    "Item",
    "Note",
    "Severity",
    "Step",
    "Suspect",
    "Suspects",
    "Table",
    "Trace",
]

Cell: TypeAlias = "Item | str | int | float | bool | None"
"""One value of a table: an item, a plain literal, or nothing (unbound)."""


class Severity(StrEnum):
    """How bad a finding is, worst first. Compare with `at_least`, not with ``<``."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"

    def at_least(self, other: Severity) -> bool:
        """Return whether this severity is as bad as `other` or worse."""
        order = list(Severity)
        return order.index(self) <= order.index(other)


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """A thing of the graph as people see it.

    Attributes:
        iri: its IRI.
        id: its identifier (``dcterms:identifier``), else its CURIE, else its IRI.
        title: its title or label; empty where it has none.
        kind: local name of its most specific class of ours, such as ``Component``; empty where it has none.
    """

    iri: str
    id: str
    title: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found wrong.

    Attributes:
        rule: IRI of the rule.
        name: the rule's short name, its path under ``rule/``: ``iec62443-3-2-2020/ZCR-5.6``.
        clause: the clause that the rule serves, for people: ``IEC 62443-3-2:2020 ZCR 5.6``.
        severity: how bad it is.
        focus: the item that is wrong.
        path: the property path in question in SPARQL syntax, CURIEs where there are any; empty where none applies.
        value: the offending value in N-Triples syntax; empty where the rule names none.
        message: what is wrong and what would be right.
        about: the item that `value` is, where it is one that has a name.
        component: IRI of the constraint component that was broken; the rule itself where it is no shape.
    """

    rule: str
    name: str
    clause: str
    severity: Severity
    focus: Item
    path: str
    value: str
    message: str
    about: Item | None = None
    component: str = ""

    @property
    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that stay the same while rule, focus, path and value do.

        The message is left out, so better wording keeps baselines and suppressions alive.
        """
        parts = (self.rule, self.focus.iri, self.path, self.value)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the run itself that the reader must know: a rule without targets, a limit, a house rule used.

    Attributes:
        code: stable short name, ``rule-without-target``.
        text: one sentence.
        about: what it speaks of, IRIs or file names.
    """

    code: str
    text: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found, worst first, then by rule and focus."""

    items: tuple[Finding, ...]
    rules_run: int = 0
    notes: tuple[Note, ...] = ()

    def worst(self) -> Severity | None:
        """Return the worst severity found, None when there is no finding."""
        return next((s for s in Severity if any(f.severity is s for f in self.items)), None)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; every row is as long as `columns`."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a trace, in the direction in which the question walked it.

    Attributes:
        source: IRI of the node that the walk came from.
        link: what the link says, in a few words or a CURIE: ``il:derivedFrom``.
        target: IRI of the node that it reached.
        bucket: name of the bucket that `target` fell into.
        governing: for requirements, True where the link governs, False where it only contributes; None elsewhere.
    """

    source: str
    link: str
    target: str
    bucket: str
    governing: bool | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An item that a trace reached.

    Attributes:
        item: the item.
        governing: for requirements, whether some link to it governs; None where the question does not ask.
        facts: further named columns of the question about this item (status, validity, source document …).
    """

    item: Item
    governing: bool | None = None
    facts: tuple[tuple[str, Cell], ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """What can be reached from one item, in named buckets, and by which links.

    `buckets` keeps the question's order; `steps` holds every link walked; `paths` one shortest path per reached item,
    as the IRIs from the start to it.
    """

    question: str
    start: Item
    buckets: tuple[tuple[str, tuple[Entry, ...]], ...]
    steps: tuple[Step, ...]
    paths: tuple[tuple[str, ...], ...] = ()
    notes: tuple[Note, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that an item says otherwise than when it was last judged.

    Attributes:
        item: the item.
        property: CURIE of the property; of a part, the properties that lead there, with ``/`` between.
        old: what it said, an item or text; None where it said nothing.
        new: what it says; None where it says nothing any more.
    """

    item: Item
    property: str
    old: Item | str | None
    new: Item | str | None


@dataclass(frozen=True, slots=True)
class Suspect:
    """An item that must be looked at again because something above it changed.

    Attributes:
        item: the item.
        cause: what kind of thing changed: ``threat``, ``vulnerability``, ``firmware``, ``setting`` …
        path: the items of a shortest way from what changed to the item, both included.
        links: of each step of `path` what links its two ends, as a CURIE; one less than there are items.
        changed: what changed at the start of `path`.
        since: time in UTC of the first change after the last judgement that held, ``2026-11-23T13:55:02Z``.
    """

    item: Item
    cause: str
    path: tuple[Item, ...]
    links: tuple[str, ...]
    changed: tuple[Changed, ...]
    since: str


@dataclass(frozen=True, slots=True)
class Suspects:
    """What is suspect, by cause, then by the item that changed, then by length of path and name."""

    items: tuple[Suspect, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One thing that the answer to a question holds otherwise in another state.

    Attributes:
        question: number and name of the question: ``Q1 threat-impact``.
        start: the item that it was asked of.
        bucket: the bucket of the answer.
        item: what came to the bucket, went from it or changed in it.
        old: ``governing``, ``contributing`` or ``reached``; None where the answer did not have it.
        new: the same afterwards.
    """

    question: str
    start: Item
    bucket: str
    item: Item
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What is otherwise in one state than in an earlier one, and what that brings about.

    Attributes:
        before: how people call the earlier state.
        after: how they call the later one.
        added: items that the later one has alone.
        retired: items that it has no longer, or has retired.
        changed: what items that both have say otherwise.
        new: findings of the later one alone, judged by the same rules for the same day.
        cured: findings of the earlier one alone.
        derived: what is derived otherwise.
        answers: answers that are otherwise.
        suspects: what the later one makes suspect against the earlier one.
        notes: what the reader must know about the comparison.
    """

    before: str
    after: str
    added: tuple[Item, ...] = ()
    retired: tuple[Item, ...] = ()
    changed: tuple[Changed, ...] = ()
    new: tuple[Finding, ...] = ()
    cured: tuple[Finding, ...] = ()
    derived: tuple[Changed, ...] = ()
    answers: tuple[AnswerChange, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    notes: tuple[Note, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything is otherwise."""
        return any(
            (self.added, self.retired, self.changed, self.new, self.cured, self.derived, self.answers, self.suspects)
        )

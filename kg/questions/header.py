"""What the `#+` header of a question says, as data; `kg.questions` documents the format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["FRONTIER", "Bucket", "Column", "Facts", "Parameter", "Question", "Remark", "Step"]

FRONTIER: Final = "VALUES ?from { }"
"""Where the frontier of a step goes."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a question asks for before it can answer; a query takes its value at ``VALUES ?<name> { }``.

    Attributes:
        name: its name, and that of the variable it binds.
        help: one sentence for people.
        type: ``item``, ``string``, ``integer`` or ``date``.
        classes: for an item, the classes of which it must have one; empty where any will do.
        required: whether it must be given; one that need not be, and is not, leaves its variable unbound.
        default: what holds where it is not given; ``today`` for a date.
        choices: for a string, the values allowed; empty where any is.
    """

    name: str
    help: str
    type: str = "item"
    classes: tuple[str, ...] = ()
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, or a fact about the items of a trace, named as the query's variable."""

    name: str
    help: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A note that goes with every answer: what the question leaves out, a house rule that it uses."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a trace puts what it reaches.

    Attributes:
        name: its name, the key in JSON.
        help: one sentence for people.
        classes: what belongs into it; empty where anything does that a step puts there.
        governing: whether its entries are marked governing or contributing; only governing ones are walked on.
    """

    name: str
    help: str
    classes: tuple[str, ...] = ()
    governing: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One query of a trace.

    Attributes:
        query: portable SPARQL 1.1, valid on its own, with `FRONTIER` in it.
        start: whether the frontier is the item that the question is asked of, rather than buckets.
        sources: the buckets whose entries are the frontier.
        targets: the buckets for what is reached; the first that takes the class of ``?to`` gets it.
        links: what the links say, one more than there are ``?via`` columns; a column ``?link`` wins over the last one.
        when: the step is taken only where the item asked of has one of these classes.
        of: only entries of these classes are in the frontier; empty for all.
        not_of: entries of these classes are not in the frontier.
        contributing: the frontier is the entries that only contribute, and so does what is reached from them.
        repeat: whether what it adds to its own sources is asked again, until nothing is new.
        otherwise: what is wrong with an entry of the frontier from which this step reaches nothing: the chain breaks
            there. Empty where that is no fault.
    """

    query: str
    start: bool
    sources: tuple[str, ...]
    targets: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    not_of: tuple[str, ...] = ()
    contributing: bool = False
    repeat: bool = False
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """A query that tells more about the entries: ``VALUES ?from { }`` takes them, each other variable is a column."""

    query: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A stored question.

    Attributes:
        slug: its short name, the name of its file.
        id: its number in the list of questions, ``Q1``.
        title: one line for people.
        description: what it answers and how, a few sentences.
        kind: ``trace`` or ``table``.
        clauses: the clauses that it serves.
        scope: what it looks at, for people.
        command: the command that asks it of an item, empty where only ``ask`` does.
        parameters: what it asks for.
        notes: what goes with every answer.
        query: of a table: portable SPARQL 1.1 with a ``VALUES ?<name> { }`` for each parameter.
        columns: of a table: its columns, in order.
        group: of a table with `least`: the column whose equal values make a group of rows.
        least: of a table: columns whose values become the least of their group; of each group only the rows stay that
            have the least value of the first of them.
        buckets: of a trace: where it puts what it reaches, in order.
        steps: of a trace: its queries, in order.
        facts: of a trace: what else it tells about the entries.
        reviews: of a trace: whether it tells, as ``review``, the worst state of the links that lead to an entry.
    """

    slug: str
    id: str
    title: str
    description: str
    kind: str
    clauses: tuple[str, ...]
    scope: str
    command: str = ""
    parameters: tuple[Parameter, ...] = ()
    notes: tuple[Remark, ...] = ()
    query: str = ""
    columns: tuple[Column, ...] = ()
    group: str = ""
    least: tuple[str, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    steps: tuple[Step, ...] = ()
    facts: tuple[Facts, ...] = ()
    reviews: bool = False

    @property
    def start(self) -> Parameter | None:
        """Return the parameter that names the item a trace starts from, or a table is about."""
        return next((p for p in self.parameters if p.name == "item"), None)

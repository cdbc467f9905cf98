"""What the `#+` header of a question says, as data; `kg.questions` documents the format."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kg.errors import BrokenFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Bucket", "Column", "Facts", "Parameter", "Question", "Remark", "Step", "parse_question"]

FRONTIER: Final = "VALUES ?from { }"
"""Where the frontier of a step goes."""

KINDS: Final = ("trace", "table")
TYPES: Final = ("item", "string", "integer", "date")
COMMANDS: Final = ("impact", "why", "trace")

Part = TypeVar("Part")


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
    facts: tuple[Facts, ...] = field(default=())

    @property
    def start(self) -> Parameter | None:
        """Return the parameter that names the item a trace starts from, or a table is about."""
        return next((p for p in self.parameters if p.name == "item"), None)


def parse_question(slug: str, text: str) -> Question:
    """Return the question that the file `slug`.rq holds.

    Args:
        slug: the name of the file, without its extension.
        text: what is in it.

    Raises:
        BrokenFile: its header is not as `kg.questions` documents it.
    """
    return _Parser(slug, text).question()


class _Parser:
    def __init__(self, slug: str, text: str) -> None:
        self._file, self._slug = f"{slug}.rq", slug
        self._blocks = list(self._split(text))

    def question(self) -> Question:
        if not self._blocks:
            raise self._wrong("has no `#+` header")
        head: dict[str, Any] = dict(self._blocks[0][0])
        parts: dict[str, list[tuple[dict[str, Any], str]]] = {"step": [], "facts": []}
        own_query = self._blocks[0][1]
        for number, (block, query) in enumerate(self._blocks):
            sections = [(name, one) for name in parts for one in block.get(name, ())]
            others = set(block) - set(parts)
            if number and others:
                raise self._wrong(
                    f"has {', '.join(sorted(others))} after its first query; only [[step]] and [[facts]] go there"
                )
            if len(sections) > 1 or (bool(sections) != bool(query) and number):
                raise self._wrong("needs one query after each [[step]] or [[facts]]")
            for name, one in sections:
                parts[name].append((one, query))
                own_query = "" if not number else own_query
        for name in parts:
            head.pop(name, None)
        return self._question(head, own_query, parts["step"], parts["facts"])

    def _question(
        self,
        head: dict[str, Any],
        query: str,
        steps: list[tuple[dict[str, Any], str]],
        facts: list[tuple[dict[str, Any], str]],
    ) -> Question:
        listed: dict[str, Callable[[dict[str, Any]], Any]] = {
            "parameter": lambda one: self._make(Parameter, one, "[[parameter]]"),
            "note": lambda one: self._make(Remark, one, "[[note]]"),
            "column": lambda one: self._make(Column, one, "[[column]]"),
            "bucket": lambda one: self._make(Bucket, one, "[[bucket]]"),
        }
        names = {"parameter": "parameters", "note": "notes", "column": "columns", "bucket": "buckets"}
        made = {names[key]: tuple(make(one) for one in head.pop(key, ())) for key, make in listed.items()}
        reserved = set(made) | {"slug", "query", "steps", "facts"}
        if used := reserved & set(head):
            raise self._wrong(f"may not set {', '.join(sorted(used))}")
        question = self._make(
            Question,
            head
            | made
            | {
                "slug": self._slug,
                "query": query,
                "steps": tuple(self._step(one, text) for one, text in steps),
                "facts": tuple(self._facts(one, text) for one, text in facts),
            },
            "the header",
        )
        self._check(question)
        return question

    def _step(self, given: dict[str, Any], query: str) -> Step:
        given = dict(given)
        sources = given.pop("from", [])
        given |= {"query": query, "start": sources == ["start"], "sources": [] if sources == ["start"] else sources}
        for ours, theirs in (("targets", "to"), ("links", "link")):
            if theirs in given:
                given[ours] = given.pop(theirs)
        if query.count(FRONTIER) != 1:
            raise self._wrong(f"has a step without `{FRONTIER}` in its query, or with several")
        return self._make(Step, given, "[[step]]")

    def _facts(self, given: dict[str, Any], query: str) -> Facts:
        given = dict(given)
        columns = tuple(self._make(Column, one, "[[facts.column]]") for one in given.pop("column", ()))
        if query.count(FRONTIER) != 1:
            raise self._wrong(f"has facts without `{FRONTIER}` in their query, or with several")
        return self._make(Facts, given | {"query": query, "columns": columns}, "[[facts]]")

    def _make(self, kind: type[Part], given: dict[str, Any], place: str) -> Part:
        """Return a `kind` of the keys given; lists become tuples; an unknown or a missing key is refused."""
        known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
        for key in given:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                raise self._wrong(
                    f"has an unknown key {key!r} in {place}" + (f"; did you mean {near[0]!r}?" if near else "")
                )
        missing = [name for name, f in known.items() if f.default is MISSING and name not in given]
        if missing:
            raise self._wrong(f"lacks {', '.join(missing)} in {place}")
        return kind(**{key: value if key == "query" else _plain(value) for key, value in given.items()})

    def _check(self, question: Question) -> None:
        if question.kind not in KINDS:
            raise self._wrong(f"is of an unknown kind {question.kind!r}; there are {', '.join(KINDS)}")
        if question.command and question.command not in COMMANDS:
            raise self._wrong(f"names an unknown command {question.command!r}; there are {', '.join(COMMANDS)}")
        if wrong := [p.name for p in question.parameters if p.type not in TYPES]:
            raise self._wrong(f"has a parameter of an unknown type: {', '.join(wrong)}")
        columns = {column.name for column in question.columns}
        if not {question.group, *question.least} - {""} <= columns or bool(question.group) is not bool(question.least):
            raise self._wrong("needs both `group` and `least`, which name columns, or neither")
        buckets = {bucket.name for bucket in question.buckets}
        used = {name for step in question.steps for name in (*step.sources, *step.targets)}
        if used - buckets:
            raise self._wrong(f"uses buckets that it does not declare: {', '.join(sorted(used - buckets))}")
        if (question.kind == "trace") is not bool(question.steps) or bool(question.steps) is bool(question.query):
            raise self._wrong("needs steps if it is a trace, and one query if it is a table")
        if question.kind == "trace" and (question.start is None or not question.start.required):
            raise self._wrong("is a trace and needs a required parameter `item`")
        for step in question.steps:
            if not (step.targets or step.otherwise) or not (step.start or step.sources):
                raise self._wrong("has a step without `from`, or without `to` and `otherwise`")

    def _split(self, text: str) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield each header block, parsed, with the query that follows it."""
        for match in re.finditer(r"((?:^#\+.*\n)+)((?:^(?!#\+).*\n?)*)", text, re.MULTILINE):
            header = "\n".join(line[2:].removeprefix(" ") for line in match[1].splitlines())
            line = text.count("\n", 0, match.start()) + 1
            try:
                block = tomllib.loads(header)
            except tomllib.TOMLDecodeError as error:
                raise BrokenFile(self._file, f"its header is no TOML: {error}", line=line) from error
            yield block, match[2].strip()

    def _wrong(self, what: str) -> BrokenFile:
        return BrokenFile(self._file, what)


def _plain(value: Any) -> Any:
    """Return TOML's value as the dataclasses keep it: tuples for lists, one line for texts of several."""
    if isinstance(value, list):
        return tuple(value)
    return " ".join(value.split()) if isinstance(value, str) else value

"""The changes of a project as a table: who recorded what, when and why; or what became of one item."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode

from kg.change.difference_items import changed_values
from kg.errors import UnknownItem
from kg.project.items import resolve
from kg.rdf.names import DCTERMS, NS, RDF
from kg.store import memory_state
from kg.values import Item, Note, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.project.history import History
    from kg.store import Delta, SnapshotReader
    from kg.values import Cell, Changed

__all__ = ["item_table", "log_table"]

_IDENTIFIER: Final = f"<{DCTERMS}identifier>".encode()
_TYPE: Final = f"<{RDF}type>".encode()
_OURS: Final = f"<{NS}".encode()
_PART: Final = b"/.well-known/genid/"
_COLUMNS: Final = (
    *("change", "when", "who", "why", "sources", "items_added", "items_modified", "items_retired"),
    *("facts_added", "facts_removed", "tool", "parents"),
)


_BRIEF: Final = ("change", "when", "who", "why", "sources", "items", "facts")
_NAMED: Final = 2


def log_table(history: History, limit: int = 0, *, brief: bool = False) -> Table:
    """Return the changes, newest first.

    Args:
        history: what is recorded.
        limit: how many at most; 0 for all.
        brief: say the same on narrower lines, for people: counts in two columns, few of many sources, no parents.

    Raises:
        BrokenFile: a record is damaged.
    """
    heads = history.heads()
    rows = list(_rows(history, history.order(heads)))[::-1]
    shown = rows[:limit] if limit else rows
    if brief:
        shown = [_brief(row) for row in shown]
    notes = []
    if len(heads) > 1:
        ends = ", ".join(head[:12] for head in heads)
        notes.append(Note("several-heads", f"branches came together and end in {ends}: the next change joins them"))
    if len(shown) < len(rows):
        notes.append(
            Note("more-changes", f"{len(rows) - len(shown)} earlier changes are left out; --limit 0 lists all")
        )
    return Table("Changes, newest first", _BRIEF if brief else _COLUMNS, tuple(shown), tuple(notes))


def item_table(
    history: History,
    reader: SnapshotReader,
    name: str,
    prefixes: Mapping[str, str],
    limit: int = 0,
    *,
    brief: bool = False,
) -> Table:
    """Return what changes did to one item, newest first.

    Args:
        history: what is recorded.
        reader: the present state.
        name: how the user calls the item; one that is retired by its identifier or IRI.
        prefixes: prefix → namespace.
        limit: how many rows at most; 0 for all.
        brief: say the same on narrower lines, for people.

    Raises:
        UnknownItem: nothing is or was called so.
        AmbiguousItem: several items are.
        BrokenFile: a record is damaged.
    """
    try:
        item = resolve(reader, name, dict(prefixes))
    except UnknownItem:
        gone = _retired(history, name)
        if gone is None:
            raise
        item = gone
    rows: list[tuple[Cell, ...]] = []
    for id_ in reversed(history.touching(item.iri)):
        header = history.header(id_)
        said = _said_of(item.iri, history, id_, reader, prefixes)
        when, who = (_short_time(header.when), _short_name(header.who)) if brief else (header.when, header.who)
        rows += [(id_[:12], when, who, header.why, one.property, one.old, one.new) for one in said]
    columns = ("change", "when", "who", "why", "property", "old", "new")
    notes = []
    if limit and len(rows) > limit:
        notes.append(Note("more-changes", f"{len(rows) - limit} earlier rows are left out; --limit 0 lists all"))
    shown = rows[:limit] if limit else rows
    return Table(f"What changes did to {item.id}", columns, tuple(shown), tuple(notes))


def _said_of(
    iri: str, history: History, id_: str, reader: SnapshotReader, prefixes: Mapping[str, str]
) -> list[Changed]:
    """Return what a change did to an item and the parts of it that came and went."""
    blocks = history.blocks(id_)
    come, gone = set[bytes](), set[bytes]()
    todo, seen = {iri}, {iri}
    while todo:
        for delta in blocks.of(todo).values():
            come.update(delta.added)
            gone.update(delta.removed)
        objects = (line[:-3].rsplit(b" ", 1)[1][1:-1] for line in (*come, *gone) if _PART in line)
        todo = {node.decode() for node in objects if _PART in node} - seen
        seen |= todo
    return [
        one
        for one in changed_values(come - gone, gone - come, [reader, memory_state(come | gone).reader], prefixes)
        if one.item.iri == iri
    ]


def _brief(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return a row of `_COLUMNS` as one of `_BRIEF`."""
    change, when, who, why, sources, added, modified, retired, come, gone, _, parents = row
    names = str(sources).split(", ")
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    items = " ".join(f"{sign}{count}" for sign, count in (("+", added), ("~", modified), ("-", retired)) if count)
    facts = " ".join(f"{sign}{count}" for sign, count in (("+", come), ("-", gone)) if count)
    several = str(parents).split(", ")
    merges = f" (joins {', '.join(parent[:12] for parent in several)})" if len(several) > 1 else ""
    shown = ", ".join(names[:_NAMED]) + more
    return str(change)[:12], _short_time(str(when)), _short_name(str(who)), f"{why}{merges}", shown, items, facts


def _short_time(stamp: str) -> str:
    """Return a time in UTC as records write it in local time, to the minute."""
    return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")


def _short_name(who: str) -> str:
    return who.partition("<")[0].strip() or who


def _rows(history: History, order: Iterable[str]) -> Iterable[tuple[Cell, ...]]:
    """Yield the row of each change; items are counted by replaying what makes a subject one."""
    makers: Counter[bytes] = Counter()
    for id_ in order:
        header = history.header(id_)
        deltas = history.blocks(id_).all()
        yield (
            *(id_, header.when, header.who, header.why, ", ".join(source.name for source in header.sources)),
            *_items(makers, deltas),
            *(sum(len(delta.added) for delta in deltas.values()), sum(len(delta.removed) for delta in deltas.values())),
            *(header.tool, ", ".join(header.parents)),
        )


def _items(makers: Counter[bytes], deltas: Mapping[str, Delta]) -> tuple[int, int, int]:
    """Return how many items a change adds, modifies and retires: subjects with an identifier or a class of ours.

    Args:
        makers: subject → lines that make it an item; brought forward.
        deltas: what the change does.
    """
    touched: set[bytes] = set()
    steps: Counter[bytes] = Counter()
    for delta in deltas.values():
        for lines, sign in ((delta.added, 1), (delta.removed, -1)):
            for line in lines:
                subject, predicate, rest = line.split(b" ", 2)
                touched.add(subject)
                if predicate == _IDENTIFIER or (predicate == _TYPE and rest.startswith(_OURS)):
                    steps[subject] += sign
    items = {subject for subject in touched if _PART not in subject}
    before = {subject for subject in items if makers[subject] > 0}
    makers.update(steps)
    after = {subject for subject in items if makers[subject] > 0}
    return len(after - before), len(after & before), len(before - after)


def _retired(history: History, name: str) -> Item | None:
    """Return the item that once had an IRI or identifier, None where none had."""
    for id_ in reversed(history.order(history.heads())):
        blocks = history.blocks(id_)
        if ":" in name and not set(' <>"{}|^`\\') & set(name) and blocks.of([name]):
            return Item(name, name)
        found = blocks.subject_of(NamedNode(DCTERMS + "identifier"), Literal(name))
        if found is not None:
            return Item(found, name)
    return None

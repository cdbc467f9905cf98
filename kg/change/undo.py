"""Taking back what one change did, as a new change; nothing that is recorded is ever touched.

Facts that have no file go and come back by the record. Facts of a file follow from the file: its earlier text is put
back, and then committed like any other edit, so record and file never disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.change.difference_items import changed_values
from kg.change.undo_files import FileUndo
from kg.errors import InputError
from kg.project.sources import name_of
from kg.rdf.names import NS, RDF
from kg.rdf.terms import iri_values
from kg.store import Delta, memory_state
from kg.values import Note, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.project.change import Change
    from kg.project.history import History
    from kg.project.project import Project
    from kg.store import SnapshotReader
    from kg.values import Cell

__all__ = ["undo"]

_LISTED = 5
_PEOPLE = tuple(f" <{RDF}type> <{NS}{kind}> .\n".encode() for kind in ("Person", "Organisation"))
"""How the line ends that says of something that it is somebody."""


def undo(project: Project, name: str, *, reason: str, dry_run: bool = False) -> Table:
    """Take back a change, or tell what that would do.

    Args:
        project: the project; what changed in its sources is committed already.
        name: the beginning of the change's id.
        reason: why, for the record.
        dry_run: only tell.

    Returns:
        What becomes of which item.

    Raises:
        InputError: there is no such change or reason, later changes built on it, or a file's earlier text is lost; the
            message says which and what to do. Nothing is changed then.
    """
    if not reason.strip() and not dry_run:
        raise InputError("an undo is a decision: say why with --reason TEXT")
    history = project.history()
    id_ = history.find(name.removeprefix("change "))
    why = f"undo of change {id_[:12]}: {reason.strip()}"
    files = FileUndo.of(project, history, id_)
    with project.reader() as reader:
        back = _but_people(reader, _taken_back(history, id_))
        told = _told(project, reader, back)
        own = {graph: delta for graph, delta in back.items() if graph not in files.graphs}
        if files.graphs and own:
            raise InputError(f"change {id_[:12]} changed files and other sources at once: take it back by hand")
        if own:
            _check(history, id_, own, reader)
        elif not files.graphs:
            raise InputError(f"change {id_[:12]} changed no facts: there is nothing to take back")
    if dry_run:
        return Table(f"Undo of change {id_[:12]} would do", *told)
    if files.graphs:
        made = files.restore(why)
    else:
        names = [name_of(graph) for graph in own]
        made = project.decide(names, lambda present: _again(project, id_, present, own), reason=why)
    return _result(id_, made, told)


def _taken_back(history: History, id_: str) -> dict[str, Delta]:
    return {
        graph: Delta(added=delta.removed, removed=delta.added) for graph, delta in history.blocks(id_).all().items()
    }


def _again(project: Project, id_: str, present: SnapshotReader, own: Mapping[str, Delta]) -> dict[str, Delta]:
    """Return what to change in each source, after holding once more that nobody built on it: others may have."""
    _check(project.history(), id_, own, present)
    return {name_of(graph): delta for graph, delta in own.items()}


def _check(history: History, id_: str, back: Mapping[str, Delta], reader: SnapshotReader) -> None:
    """Hold that what a change did still stands and that nothing rests on it.

    Raises:
        InputError: it does not, or something does.
    """
    unlike: dict[str, set[bytes]] = {}
    undone = 0
    for graph, delta in back.items():
        file = reader.graph(graph) if graph in reader.graphs else None
        off = {line for line in delta.removed if file is None or not file.has(line)}
        off |= {line for line in delta.added if file is not None and file.has(line)}
        if off:
            unlike[graph] = off
            undone += len(off)
    if undone and undone == sum(map(len, back.values())):
        raise InputError(f"change {id_[:12]} is taken back already: {_named(history, _speaking(history, id_, unlike))}")
    if unlike:
        by = _named(history, _speaking(history, id_, unlike))
        raise InputError(f"later changes built on the facts of change {id_[:12]}, undo them first: {by}")
    if resting := _resting(reader, back):
        by = _named(history, [one for one in history.since([id_]) if _mentions(history, one, resting)])
        raise InputError(
            f"later changes built on what change {id_[:12]} added ({', '.join(sorted(resting)[:_LISTED])}), undo them"
            f" first: {by or 'the sources of today speak of it'}"
        )


def _speaking(history: History, id_: str, facts: Mapping[str, set[bytes]]) -> list[str]:
    """Return the changes since another one that brought or took some facts."""
    found = []
    for later in history.since([id_]):
        deltas = history.blocks(later).all()
        if any(
            not wanted.isdisjoint(deltas[graph].added) or not wanted.isdisjoint(deltas[graph].removed)
            for graph, wanted in facts.items()
            if graph in deltas
        ):
            found.append(later)
    return found


def _but_people(reader: SnapshotReader, back: Mapping[str, Delta]) -> dict[str, Delta]:
    """Return what to do without taking away who somebody is, where others name them too: a decision came with them."""
    named = {f"<{iri}>".encode() for iri in _resting(reader, back)}
    stay = {line for delta in back.values() for line in delta.removed if line.split(b" ", 1)[0] in named}
    people = {line.split(b" ", 1)[0] for line in stay if line.endswith(_PEOPLE)}
    return {
        graph: Delta(
            added=delta.added, removed=[line for line in delta.removed if line.split(b" ", 1)[0] not in people]
        )
        for graph, delta in back.items()
    }


def _resting(reader: SnapshotReader, back: Mapping[str, Delta]) -> set[str]:
    """Return the items of which nothing would be said any more, though something else says more or links to them."""
    going = {(graph, line) for graph, delta in back.items() for line in delta.removed}
    staying = {line.split(b" ", 1)[0] for delta in back.values() for line in delta.added}
    subjects = {line.split(b" ", 1)[0] for _, line in going} - staying
    aside = {g for g in reader.graphs if g.endswith(("graph/record", "graph/derived"))}
    found: set[str] = set()
    for block in iri_values("x", sorted(subject[1:-1].decode() for subject in subjects)):
        query = f"SELECT ?g ?x ?p ?o WHERE {{ {block} GRAPH ?g {{ ?x ?p ?o }} }}"
        said = [row for row in reader.select(query) if _text(row[0]) not in aside]
        left = {_text(x) for g, x, p, o in said if (_text(g), f"<{_text(x)}> {p} {o} .\n".encode()) not in going}
        gone = {_text(x) for _, x, _, _ in said} - left
        linked = f"SELECT ?g ?x ?s ?p WHERE {{ {block} GRAPH ?g {{ ?s ?p ?x }} }}"
        for g, x, s, p in reader.select(linked):
            fact = (_text(g), f"{s} {p} {x} .\n".encode())
            if _text(g) not in aside and _text(x) in gone and fact not in going:
                found.add(_text(x))
    return found


def _mentions(history: History, id_: str, iris: Iterable[str]) -> bool:
    return any(history.blocks(id_).mentions(iri) for iri in iris)


def _text(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _named(history: History, ids: Iterable[str]) -> str:
    """Return changes for people, the latest last."""
    said = [f"{one[:12]} ({history.header(one).why})" for one in ids]
    more = f" and {len(said) - _LISTED} more" if len(said) > _LISTED else ""
    return ", ".join(said[:_LISTED]) + more


def _told(
    project: Project, reader: SnapshotReader, back: Mapping[str, Delta]
) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """Return the columns and rows that say what an undo does."""
    come = {line for delta in back.values() for line in delta.added}
    gone = {line for delta in back.values() for line in delta.removed}
    changed = changed_values(
        come - gone, gone - come, [reader, memory_state(come | gone).reader], project.config.prefixes
    )
    rows = tuple((one.item, one.property, one.old, one.new) for one in changed)
    return ("item", "property", "now", "then"), rows


def _result(id_: str, made: Change | None, told: tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]) -> Table:
    said = (
        f"recorded as change {made.id[:12]}; undo that to have it back" if made else "another command recorded it first"
    )
    note = Note("recorded", said)
    return Table(f"Undone: change {id_[:12]}", *told, notes=(note,))

"""Results as CSV after RFC 4180, one header row; made to be read by programs and spreadsheets alike."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TextIO

from kg.report.walk import item_of, nodes
from kg.values import Difference, Findings, Item, Suspects, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kg.report import Result
    from kg.values import Cell, Trace

__all__ = ["write_csv"]


def write_csv(result: Result, stream: TextIO) -> None:
    """Write `result` as CSV.

    A column of items becomes two: its identifiers, and under ``<column>_iri`` its IRIs.
    """
    rows = csv.writer(stream, lineterminator="\r\n")
    if isinstance(result, Findings):
        rows.writerows(_findings(result))
    elif isinstance(result, Suspects):
        rows.writerows(_suspects(result))
    elif isinstance(result, Difference):
        rows.writerows(_difference(result))
    elif isinstance(result, Table):
        rows.writerows(_table(result.columns, result.rows))
    else:
        rows.writerows(_trace(result))


def _findings(result: Findings) -> Iterable[Sequence[str]]:
    yield (
        *("severity", "name", "clause", "focus", "focus_title", "focus_kind", "focus_iri"),
        *("path", "value", "message", "fingerprint", "rule"),
    )
    for f in result.items:
        focus = (f.focus.id, f.focus.title, f.focus.kind, f.focus.iri)
        yield (str(f.severity), f.name, f.clause, *focus, f.path, f.value, f.message, f.fingerprint, f.rule)


def _difference(result: Difference) -> Iterable[Sequence[str]]:
    columns = ("part", "item", "title", "kind", "property", "old", "new")
    rows: list[tuple[Cell, ...]] = []
    for part, items in (("added", result.added), ("retired", result.retired)):
        rows += [(part, item, item.title, item.kind, None, None, None) for item in items]
    for part, changes in (("changed", result.changed), ("derived", result.derived)):
        rows += [(part, c.item, c.item.title, c.item.kind, c.property, c.old, c.new) for c in changes]
    for part, found in (("finding new", result.new), ("finding cured", result.cured)):
        rows += [(part, f.focus, f.focus.title, f.focus.kind, f.name, None, f.message) for f in found]
    for a in result.answers:
        ends = (a.item if a.old else None, a.item if a.new else None)
        rows.append((f"answer to {a.question}", a.start, a.start.title, a.start.kind, a.bucket, *ends))
    for s in result.suspects:
        rows.append(("suspect", s.item, s.item.title, s.item.kind, s.cause, None, s.path[0]))
    return _table(columns, rows)


def _trace(result: Trace) -> Iterable[Sequence[str]]:
    known = nodes(result)
    routes = {path[-1]: " > ".join(item_of(iri, known).id for iri in path) for path in reversed(result.paths) if path}
    facts = list(dict.fromkeys(name for _, entries in result.buckets for entry in entries for name, _ in entry.facts))
    columns = ("bucket", "item", "title", "kind", "governing", *facts, "path")
    rows: list[tuple[Cell, ...]] = []
    for name, entries in result.buckets:
        for entry in entries:
            said = dict(entry.facts)
            mark = None if entry.governing is None else "governing" if entry.governing else "contributing"
            item = entry.item
            rows.append((name, item, item.title, item.kind, mark, *(said.get(f) for f in facts), routes.get(item.iri)))
    return _table(columns, rows)


def _suspects(result: Suspects) -> Iterable[Sequence[str]]:
    """Yield one row for each suspect and each value that changed above it."""
    yield (
        *("cause", "item", "item_title", "item_kind", "item_iri", "changed", "changed_iri"),
        *("property", "old", "new", "since", "path"),
    )
    for one in result.items:
        start = one.path[0]
        way = " > ".join(item.id for item in one.path)
        about = (one.cause, one.item.id, one.item.title, one.item.kind, one.item.iri, start.id, start.iri)
        for row in one.changed or (None,):
            said = (row.property, _text(row.old), _text(row.new)) if row else ("", "", "")
            yield (*about, *said, one.since, way)


def _table(columns: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> Iterable[Sequence[str]]:
    wide = [any(isinstance(row[i], Item) for row in rows) for i in range(len(columns))]
    yield [name for c, w in zip(columns, wide, strict=True) for name in ((c, f"{c}_iri") if w else (c,))]
    for row in rows:
        cells: list[str] = []
        for cell, w in zip(row, wide, strict=True):
            cells.append(_text(cell))
            if w:
                cells.append(cell.iri if isinstance(cell, Item) else "")
        yield cells


def _text(cell: Cell) -> str:
    match cell:
        case Item():
            return cell.id
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case _:
            return str(cell)

"""Tables as text: aligned columns, numbers to the right, long cells wrapped where a terminal is too narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.report.style import WIDTH, Style, cells, padded, safe, wrapped
from kg.report.text_notes import counted, note_lines
from kg.values import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.values import Cell, Table

__all__ = ["cell_text", "table_lines"]

_GAP: Final = 2
_NARROWEST: Final = 12


def table_lines(table: Table, style: Style, width: int | None) -> Iterator[str]:
    """Yield the lines of a text that shows `table`.

    Args:
        table: what to show.
        style: colours, if any.
        width: columns of the terminal; None where it is none: then no cell is wrapped.
    """
    titles = [_has_titles(table, i) for i in range(len(table.columns))]
    rows = _texts(table, titles)
    if width is not None and _needed(table.columns, rows) > width:
        rows = _texts(table, [False] * len(titles))
    widths = _widths(table.columns, rows, width)
    right = [_is_number_column(table, i) for i in range(len(table.columns))]
    if table.title:
        yield style(safe(table.title), "bold")
        yield ""
    if table.rows:
        heads = [padded(safe(c), w, right=r) for c, w, r in zip(table.columns, widths, right, strict=True)]
        yield (" " * _GAP).join(style(head, "bold") for head in heads)
        yield style((" " * _GAP).join("─" * w for w in widths), "dim")
        for row in rows:
            yield from _row(row, widths, right)
        yield ""
    yield style(counted(len(table.rows), "row") if table.rows else "no rows", "dim")
    yield from note_lines(table.notes, style, width or WIDTH)


def cell_text(cell: Cell, *, pad: int | None = None) -> str:
    """Return a cell as people read it.

    Args:
        cell: an item is shown by its identifier.
        pad: where given, the title of an item follows behind as many columns.
    """
    match cell:
        case Item():
            name = safe(cell.id)
            return name if pad is None or not cell.title else f"{padded(name, pad)}  {safe(cell.title)}"
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case float():
            return f"{cell:.6g}"
        case _:
            return safe(str(cell))


def _has_titles(table: Table, column: int) -> bool:
    """Return whether the titles of the items in a column are worth showing: no other column shows them."""
    items = [row[column] for row in table.rows]
    titles = {cell.title for cell in items if isinstance(cell, Item) and cell.title}
    return bool(titles) and not any(titles <= set(map(str, cells_)) for cells_ in zip(*table.rows, strict=True))


def _texts(table: Table, titles: Sequence[bool]) -> list[list[str]]:
    """Return the cells as texts; where titles are shown, the identifiers before them are as wide as the widest."""
    columns = []
    for i, titled in enumerate(titles):
        column = [row[i] for row in table.rows]
        ids = [cells(safe(cell.id)) for cell in column if isinstance(cell, Item)] if titled else []
        columns.append([cell_text(cell, pad=max(ids, default=None)) for cell in column])
    return [list(row) for row in zip(*columns, strict=True)]


def _needed(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    return sum(_widths(columns, rows, None)) + _GAP * (len(columns) - 1)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], limit: int | None) -> list[int]:
    """Return how wide each column is; where there is a limit, the widest columns give way first."""
    widths = [max([cells(safe(name)), *(cells(row[i]) for row in rows)]) for i, name in enumerate(columns)]
    if limit is None or not widths:
        return widths
    excess = sum(widths) + _GAP * (len(widths) - 1) - limit
    while excess > 0:
        widest = max(range(len(widths)), key=lambda i: widths[i])
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
        excess -= 1
    return widths


def _is_number_column(table: Table, column: int) -> bool:
    found = [row[column] for row in table.rows if row[column] is not None]
    return bool(found) and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in found)


def _row(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    broken = [[text] if cells(text) <= w else wrapped(text, w) for text, w in zip(row, widths, strict=True)]
    for place in range(max(map(len, broken), default=0)):
        parts = [
            padded(lines[place] if place < len(lines) else "", w, right=r)
            for lines, w, r in zip(broken, widths, right, strict=True)
        ]
        yield (" " * _GAP).join(parts)

"""A difference as text: what is otherwise of items, then what that brings about."""

from __future__ import annotations

from itertools import groupby, islice
from typing import TYPE_CHECKING, Final

from kg.report.style import WIDTH, Style, safe, side_by_side, wrapped
from kg.report.text_notes import counted, note_lines
from kg.values import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.values import AnswerChange, Changed, Difference, Finding, Suspect

__all__ = ["difference_lines"]

_MOST: Final = 12
_MOST_NAMES: Final = 24
_MOST_VALUES: Final = 40
_SIGNS: Final = {"came": "+", "went": "-"}


def difference_lines(result: Difference, style: Style, width: int | None) -> Iterator[str]:
    """Yield the lines of a text that shows `result`; long lists are cut, JSON has them whole.

    Args:
        result: what to show.
        style: colours, if any.
        width: columns of the terminal, None where it is none.
    """
    room = min(width or WIDTH, 120)
    yield style(f"{safe(result.before)} → {safe(result.after)}", "bold")
    if not result:
        yield style("✓ nothing is otherwise", "green")
    for sign, word, items in (("+", "added", result.added), ("-", "retired", result.retired)):
        yield from _items(sign, word, items, style, room)
    yield from _changed(result.changed, style, room)
    yield from _findings("new", "red", result.new, style, room)
    yield from _findings("cured", "green", result.cured, style, room)
    yield from _derived(result.derived, style, room)
    yield from _answers(result.answers, style, room)
    yield from _suspects(result.suspects, style, room)
    yield from note_lines(result.notes, style, room)


def _head(text: str, style: Style, colour: str = "") -> Iterator[str]:
    yield ""
    yield style(text, "bold", *([colour] if colour else []))


def _items(sign: str, word: str, items: Sequence[Item], style: Style, room: int) -> Iterator[str]:
    if not items:
        return
    yield from _head(f"{counted(len(items), 'item')} {word}", style)
    for kind, group in groupby(items, key=lambda item: item.kind):
        several = list(group)
        if len(several) > _MOST:
            yield from _listed([safe(item.id) for item in several], f"  {sign} {safe(kind)}  ", style, room)
        else:
            for item in several:
                yield f"  {sign} {style(safe(item.id), 'cyan')}  {safe(item.title)}  {style(safe(kind), 'dim')}"


def _changed(rows: Sequence[Changed], style: Style, room: int) -> Iterator[str]:
    if not rows:
        return
    count = len({row.item.iri for row in rows})
    yield from _head(f"{counted(count, 'item')} changed", style)
    for _, group in groupby(islice(rows, _MOST_VALUES), key=lambda row: row.item.iri):
        several = list(group)
        item = several[0].item
        yield f"  ~ {style(safe(item.id), 'cyan')}  {safe(item.title)}".rstrip()
        for row in several:
            head = f"      {safe(row.property)}  "
            said = f"{_value(row.old)} → {_value(row.new)}"
            for place, text in enumerate(wrapped(said, max(20, room - len(head)))):
                yield (style(head, "dim") if place == 0 else " " * len(head)) + text
    if len(rows) > _MOST_VALUES:
        yield style(f"  … {len(rows) - _MOST_VALUES} more values, in --format json", "dim")


def _derived(rows: Sequence[Changed], style: Style, room: int) -> Iterator[str]:
    """Yield what is derived otherwise: the items of which the same became true side by side."""
    if not rows:
        return
    count = len({row.item.iri for row in rows})
    yield from _head(f"{counted(count, 'item')} derived otherwise", style)
    for said, group in groupby(sorted(rows, key=_said), key=_said):
        yield f"  {said}"
        yield from _listed(list(dict.fromkeys(safe(row.item.id) for row in group)), "      ", style, room)


def _said(row: Changed) -> str:
    return f"{safe(row.property)}  {_value(row.old)} → {_value(row.new)}"


def _value(value: Item | str | None) -> str:
    if value is None:
        return "nothing"
    return safe(value.id) if isinstance(value, Item) else f"“{safe(value)}”"


def _findings(word: str, colour: str, found: Sequence[Finding], style: Style, room: int) -> Iterator[str]:
    if not found:
        return
    yield from _head(f"{counted(len(found), 'finding')} {word}", style, colour)
    for (severity, name), group in groupby(found, key=lambda one: (one.severity, one.name)):
        several = list(group)
        clause = several[0].clause
        yield f"  {severity}  {safe(name)}" + style(f"  {safe(clause)}" if clause else "", "dim")
        yield from _listed([safe(one.focus.id) for one in several], "      ", style, room)


def _answers(rows: Sequence[AnswerChange], style: Style, room: int) -> Iterator[str]:
    if not rows:
        return
    count = len({row.start.iri for row in rows})
    yield from _head(f"{counted(count, 'threat scenario')} with another answer to {safe(rows[0].question)}", style)
    for _, group in groupby(rows, key=lambda row: row.start.iri):
        several = list(group)
        start = several[0].start
        yield f"  {style(safe(start.id), 'cyan')}  {safe(start.title)}".rstrip()
        for (bucket, move), inside in groupby(sorted(several, key=_way), key=_way):
            names = [f"{_SIGNS.get(move, '')}{safe(row.item.id)}" for row in inside]
            head = f"      {safe(bucket)}  " + ("" if move in _SIGNS else f"{move}: ")
            yield from _listed(names, head, style, room)


def _way(row: AnswerChange) -> tuple[str, str]:
    """Return the bucket of a change to an answer, and what happened in it."""
    if row.old is None or row.new is None:
        return row.bucket, "came" if row.old is None else "went"
    return row.bucket, f"{row.old} → {row.new}"


def _listed(names: Sequence[str], head: str, style: Style, room: int) -> Iterator[str]:
    more = len(names) - _MOST_NAMES
    yield from side_by_side([*names[:_MOST_NAMES], *([f"… {more} more"] if more > 0 else [])], head, style, room)


def _suspects(rows: Sequence[Suspect], style: Style, room: int) -> Iterator[str]:
    if not rows:
        return
    items = {row.item.iri for row in rows}
    yield from _head(f"{counted(len(items), 'suspect')}; `interlock suspects --since` shows the ways", style, "yellow")
    for (cause, _), group in groupby(rows, key=lambda row: (row.cause, row.path[0].iri)):
        several = list(group)
        start = several[0].path[0]
        yield f"  {safe(cause)}: {style(safe(start.id), 'cyan')}  {safe(start.title)}".rstrip()
        yield from _listed(list(dict.fromkeys(safe(row.item.id) for row in several)), "      ", style, room)

"""Suspects as text: by cause, then by what changed, with old beside new and the ways as a tree."""

from __future__ import annotations

from itertools import groupby, islice, takewhile
from typing import TYPE_CHECKING, Final

from kg.report.style import WIDTH, Style, safe, wrapped
from kg.report.text_notes import counted, note_lines
from kg.report.text_trace import tree_lines
from kg.values import Entry, Item, Step, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kg.values import Changed, Suspect, Suspects

__all__ = ["suspects_lines"]

_MOST_CHANGES: Final = 8
_LONGEST: Final = 60


def suspects_lines(result: Suspects, style: Style, width: int | None, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a text that shows `result`.

    Args:
        result: what to show.
        style: colours, if any.
        width: columns of the terminal, None where it is none.
        prefixes: prefix → namespace.
    """
    room = min(width or WIDTH, 120)
    for cause, of_cause in groupby(result.items, key=lambda one: one.cause):
        several = list(of_cause)
        items = {one.item.iri for one in several}
        changed = {one.path[0].iri for one in several}
        yield style(safe(cause), "bold", "yellow") + style(
            f"  {counted(len(changed), 'change')}, {counted(len(items), 'suspect')}", "dim"
        )
        for _, group in groupby(several, key=lambda one: (one.path[0].iri, one.changed)):
            yield from _group(list(group), style, room, prefixes)
        yield ""
    items = {one.item.iri for one in result.items}
    changed = {one.path[0].iri for one in result.items}
    if items:
        yield style(f"{counted(len(items), 'suspect')} because of {counted(len(changed), 'change')}", "bold")
    else:
        yield style("✓ nothing is suspect", "bold")
    yield from note_lines(result.notes, style, room)


def _group(group: Sequence[Suspect], style: Style, width: int, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield what one change made suspect."""
    start = group[0].path[0]
    since = style(f"  since {group[0].since}", "dim") if group[0].since else ""
    yield f"  {style(safe(start.id), 'cyan')}  {safe(start.title)}".rstrip() + since
    for row in group[0].changed[:_MOST_CHANGES]:
        head = f"    {safe(row.property)}  "
        said = f"{_value(row, old=True)} → {_value(row, old=False)}"
        for place, text in enumerate(wrapped(said, max(20, width - len(head)))):
            yield (style(head, "dim") if place == 0 else " " * len(head)) + text
    if (more := len(group[0].changed) - _MOST_CHANGES) > 0:
        yield style(f"    … and {counted(more, 'more value')}, in --format json", "dim")
    entries = tuple(Entry(one.item) for one in group)
    named = {item.iri: item for one in group for item in one.path}
    steps = {
        (here.iri, there.iri): Step(here.iri, link, there.iri, "")
        for one in group
        for here, there, link in zip(one.path[:-1], one.path[1:], one.links, strict=True)
    }
    between = tuple(Entry(item) for item in named.values())
    paths = tuple(tuple(item.iri for item in one.path) for one in group)
    trace = Trace("", start, (("suspects", entries), ("between", between)), tuple(steps.values()), paths)
    yield from islice(tree_lines(trace, style, width, prefixes), 1, None)


def _value(row: Changed, *, old: bool) -> str:
    here, there = (safe(_said(one)) for one in ((row.old, row.new) if old else (row.new, row.old)))
    if len(here) <= _LONGEST:
        return here
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(here, there, strict=False))))
    # Where both begin alike for longer than is shown, the middle goes, so that what is otherwise stays.
    begin = f"{here[: _LONGEST // 3]}…" if _LONGEST * 3 // 4 < same < len(here) else ""
    rest = here[same - _LONGEST // 4 :] if begin else here
    room = _LONGEST - len(begin)
    return begin + (rest if len(rest) <= room else f"{rest[: room - 1]}…")


def _said(value: Item | str | None) -> str:
    return "nothing" if value is None else value.id if isinstance(value, Item) else value

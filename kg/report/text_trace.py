"""Traces as text: what was reached, bucket by bucket, and the shortest way to each thing as one tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.report.style import WIDTH, Style, cells, padded, safe, wrapped
from kg.report.text_notes import counted, note_lines
from kg.report.text_table import cell_text
from kg.report.walk import Branch, item_of, links, nodes, tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kg.values import Entry, Item, Trace

__all__ = ["trace_lines"]

_WIDEST_ID: Final = 28
_MOST_BRANCHES: Final = 400


def trace_lines(trace: Trace, style: Style, width: int | None, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a text that shows `trace`.

    Args:
        trace: what to show.
        style: colours, if any.
        width: columns of the terminal, None where it is none.
        prefixes: prefix → namespace.
    """
    room = min(width or WIDTH, 120)
    yield style(safe(trace.start.id), "bold", "cyan") + style(f"  {safe(trace.start.title)}".rstrip(), "bold")
    yield style(safe(trace.question), "dim")
    yield ""
    for name, entries in trace.buckets:
        yield from _bucket(name, entries, style, room)
    if trace.paths:
        yield style("paths", "bold") + style("  the shortest way to each", "dim")
        yield from _tree(trace, style, prefixes)
        yield ""
    reached = {entry.item.iri for _, entries in trace.buckets for entry in entries}
    yield style(f"{counted(len(reached), 'item')} over {counted(len(trace.steps), 'link')}", "dim")
    yield from note_lines(trace.notes, style, room)


def _bucket(name: str, entries: Sequence[Entry], style: Style, width: int) -> Iterator[str]:
    marked = [entry for entry in entries if entry.governing is not None]
    count = f"{len(entries):,}" if entries else "none"
    if marked:
        governing = sum(entry.governing is True for entry in marked)
        count += f"  {governing:,} governing, {len(marked) - governing:,} contributing"
    yield style(safe(name.replace("_", " ")), "bold") + style(f"  {count}", "dim")
    ids = min(max((cells(safe(entry.item.id)) for entry in entries), default=0), _WIDEST_ID)
    for entry in sorted(entries, key=lambda e: e.governing is False):
        mark = {True: "●", False: "○", None: " "}[entry.governing]
        head = f"  {mark} " if marked else "  "
        facts = [f"{safe(name.replace('_', ' '))} {cell_text(cell)}" for name, cell in entry.facts if cell is not None]
        line = f"{head}{style(padded(safe(entry.item.id), ids), 'cyan')}  {safe(entry.item.title)}"
        said = ", ".join(facts)
        if not said:
            yield line
        elif len(head) + ids + 2 + cells(safe(entry.item.title)) + 2 + cells(said) <= width:
            yield f"{line}  {style(said, 'dim')}"
        else:
            yield line
            indent = " " * (len(head) + ids + 2)
            yield from (style(indent + part, "dim") for part in wrapped(said, max(20, width - len(indent))))
    yield ""


def _tree(trace: Trace, style: Style, prefixes: Mapping[str, str]) -> Iterator[str]:
    known, named = nodes(trace), links(trace)
    root = tree(trace)
    yield f"  {_name(item_of(root.iri, known, prefixes), style)}"
    open_: list[tuple[Branch, str, str, bool]] = []

    def push(branch: Branch, indent: str) -> None:
        below = list(branch.below.values())
        for place, one in reversed(list(enumerate(below))):
            open_.append((one, branch.iri, indent, place == len(below) - 1))

    push(root, "  ")
    shown = 0
    while open_:
        branch, above, indent, last = open_.pop()
        if shown == _MOST_BRANCHES:
            left = _size(root) - shown
            yield style(f"  … and {counted(left, 'more node')}, which --format json gives in full", "dim")
            return
        shown += 1
        link = named.get((above, branch.iri), "")
        label = style(f"{safe(link)} ", "dim") if link else ""
        corner = style(indent + ("└─ " if last else "├─ "), "dim")
        yield f"{corner}{label}{_name(item_of(branch.iri, known, prefixes), style)}"
        push(branch, indent + ("   " if last else "│  "))


def _size(root: Branch) -> int:
    count, open_ = 0, list(root.below.values())
    while open_:
        branch = open_.pop()
        count += 1
        open_.extend(branch.below.values())
    return count


def _name(item: Item, style: Style) -> str:
    title = f"  {safe(item.title)}" if item.title else ""
    return style(safe(item.id), "cyan") + title

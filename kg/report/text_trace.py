"""Traces as text: what was reached, bucket by bucket, and the shortest way to each thing as one tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg.report.style import WIDTH, Style, cells, padded, safe, side_by_side, wrapped
from kg.report.text_notes import counted, note_lines
from kg.report.text_table import cell_text
from kg.report.walk import Branch, item_of, links, nodes, tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kg.values import Entry, Item, Trace

__all__ = ["trace_lines", "tree_lines"]

_MARKS: Final = {True: "●", False: "○", None: " "}

_WIDEST_ID: Final = 28
_MOST_BRANCHES: Final = 400
_LISTED: Final = 12
"""A bucket with more entries than this, and nothing to say of them, names them side by side."""
_FOLDED: Final = 4
"""As many nodes as this side by side, by the same link and with nothing below them, are told in one breath."""


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
        if entries:
            yield from _bucket(name, entries, style, room)
    if empty := [safe(name.replace("_", " ")) for name, entries in trace.buckets if not entries]:
        yield from (style(line, "dim") for line in wrapped(f"none: {', '.join(empty)}", room))
        yield ""
    if trace.paths:
        yield style("paths", "bold") + style("  the shortest way to each", "dim")
        yield from tree_lines(trace, style, room, prefixes)
        yield ""
    reached = {entry.item.iri for _, entries in trace.buckets for entry in entries}
    yield style(f"{counted(len(reached), 'item')} over {counted(len(trace.steps), 'link')}", "dim")
    yield from note_lines(trace.notes, style, room)


def _bucket(name: str, entries: Sequence[Entry], style: Style, width: int) -> Iterator[str]:
    marked = [entry for entry in entries if entry.governing is not None]
    count = f"{len(entries):,}"
    if marked:
        governing = sum(entry.governing is True for entry in marked)
        count += f"  {governing:,} governing, {len(marked) - governing:,} contributing"
    yield style(safe(name.replace("_", " ")), "bold") + style(f"  {count}", "dim")
    if len(entries) > _LISTED and not any(entry.facts for entry in entries):
        for mark in (True, False, None):
            names = [safe(entry.item.id) for entry in entries if entry.governing is mark]
            yield from side_by_side(names, f"  {_MARKS[mark]} " if marked else "  ", style, width)
        yield ""
        return
    ids = min(max(cells(safe(entry.item.id)) for entry in entries), _WIDEST_ID)
    for entry in sorted(entries, key=lambda e: e.governing is False):
        head = f"  {_MARKS[entry.governing]} " if marked else "  "
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


@dataclass(frozen=True, slots=True)
class _Twig:
    """A line of the tree: one branch, or several leaves that the same link leads to."""

    above: str
    branches: tuple[Branch, ...]
    indent: str
    last: bool


def tree_lines(trace: Trace, style: Style, width: int, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the paths of a trace as one tree that begins at its start; see `trace_lines`."""
    known, named = nodes(trace), links(trace)
    root = tree(trace)
    yield f"  {_name(item_of(root.iri, known, prefixes), style)}"
    open_ = _twigs(root, "  ", named)
    shown = 0
    while open_:
        twig = open_.pop()
        if shown >= _MOST_BRANCHES:
            left = _size(root) - shown
            yield style(f"  … and {counted(left, 'more node')}, which --format json gives in full", "dim")
            return
        shown += len(twig.branches)
        first = twig.branches[0]
        link = safe(named.get((twig.above, first.iri), ""))
        corner = style(twig.indent + ("└─ " if twig.last else "├─ "), "dim") + (
            style(f"{link} ", "dim") if link else ""
        )
        under = twig.indent + ("   " if twig.last else "│  ")
        if len(twig.branches) == 1:
            yield f"{corner}{_name(item_of(first.iri, known, prefixes), style)}"
            open_ += _twigs(first, under, named)
        else:
            yield corner + style(f"{len(twig.branches)} that lead no further", "dim")
            names = [safe(item_of(branch.iri, known, prefixes).id) for branch in twig.branches]
            yield from side_by_side(names, f"{under}  ", style, width)


def _twigs(branch: Branch, indent: str, named: Mapping[tuple[str, str], str]) -> list[_Twig]:
    """Return the lines below `branch`, last one first; leaves of one link that are many become one line."""
    leaves: dict[str, list[Branch]] = {}
    for one in branch.below.values():
        if not one.below:
            leaves.setdefault(named.get((branch.iri, one.iri), ""), []).append(one)
    folded = {link: tuple(some) for link, some in leaves.items() if len(some) >= _FOLDED}
    alone = {id(one) for some in folded.values() for one in some}
    groups: list[tuple[Branch, ...]] = [(one,) for one in branch.below.values() if id(one) not in alone]
    groups.extend(folded.values())
    return [
        _Twig(branch.iri, group, indent, last=place == len(groups) - 1)
        for place, group in reversed(list(enumerate(groups)))
    ]


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

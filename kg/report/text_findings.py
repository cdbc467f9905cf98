"""Findings as text: by rule, then by item, each thing said once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kg.rdf.names import curie
from kg.report.style import WIDTH, Style, cells, padded, safe, side_by_side, wrapped
from kg.report.text_notes import counted, note_lines
from kg.values import Finding, Findings, Item, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["findings_lines"]

_MARKS: Final = {Severity.VIOLATION: ("✗", "red"), Severity.WARNING: ("▲", "yellow"), Severity.INFO: ("●", "blue")}
_WORDS: Final = {
    Severity.VIOLATION: ("violation", "violations"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFO: ("info", "info"),
}
_WIDEST_ID: Final = 28
_MARGIN: Final = 2
_LISTED: Final = 20
"""More items than this, of which nothing more is to be said, are named side by side."""


@dataclass(frozen=True, slots=True)
class _Page:
    style: Style
    width: int
    prefixes: dict[str, str]


def findings_lines(result: Findings, style: Style, width: int | None, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a text that shows `result`.

    Args:
        result: findings in their order: worst first, then by rule and focus.
        style: colours, if any.
        width: columns of the terminal, None where it is none.
        prefixes: prefix → namespace.
    """
    page = _Page(style, min(width or WIDTH, 120), dict(prefixes))
    for (severity, _), group in groupby(result.items, key=lambda f: (f.severity, f.name)):
        yield from _rule(severity, list(group), page)
        yield ""
    yield _summary(result, style)
    yield from note_lines(result.notes, style, page.width)


def _rule(severity: Severity, found: Sequence[Finding], page: _Page) -> Iterator[str]:
    mark, colour = _MARKS[severity]
    first = found[0]
    is_clause = any(sign.isdigit() for sign in first.clause)
    title, other = (first.clause, first.name) if is_clause else (first.name, first.clause)
    count = counted(len(found), *_WORDS[severity])
    left = f"{mark} {safe(title)}"
    middle = f"  {safe(other)}" if other else ""
    gap = " " * max(2, page.width - cells(left) - cells(middle) - cells(count))
    style = page.style
    yield style(mark, colour) + style(f" {safe(title)}", "bold") + style(middle, "dim") + gap + style(count, colour)
    by_message: dict[str, list[Finding]] = {}
    by_focus: dict[Item, list[Finding]] = {}
    for finding in found:
        by_message.setdefault(finding.message, []).append(finding)
        by_focus.setdefault(finding.focus, []).append(finding)
    pairs = len({(f.message, f.focus) for f in found})
    if len(by_message) == 1 or len(by_message) + pairs < len(by_focus) + pairs:
        for message, same in by_message.items():
            yield from _message(message, "  ", page)
            yield from _foci(same, page)
    else:
        for focus, here in by_focus.items():
            yield from _focus(focus, here, page)


def _message(message: str, indent: str, page: _Page) -> Iterator[str]:
    for line in wrapped(safe(message), max(20, page.width - len(indent))):
        yield indent + line


def _foci(found: Sequence[Finding], page: _Page) -> Iterator[str]:
    """Yield one line per item: its name and the values that are wrong, for findings that say the same."""
    groups: dict[Item, list[Finding]] = {}
    for finding in found:
        groups.setdefault(finding.focus, []).append(finding)
    if len(groups) > _LISTED and not any(finding.value for finding in found):
        yield from side_by_side([safe(focus.id) for focus in groups], "    ", page.style, page.width)
        return
    ids = min(max(cells(safe(focus.id)) for focus in groups), _WIDEST_ID)
    room = max(20, page.width - 4 - ids - _MARGIN)
    values = {focus: _values(here, page) for focus, here in groups.items()}
    longest = max(cells(safe(focus.title)) for focus in groups)
    widest = max(cells(", ".join(said)) for said in values.values())
    titles = min(longest, max(room // 2, room - widest - _MARGIN)) if widest else longest
    for focus, here in groups.items():
        name, title = safe(focus.id), safe(focus.title)
        said = _fold(values[focus], room - (titles + _MARGIN if titles else 0), len(here))
        shown = _cut(title, titles if said else room)
        pad = padded(shown, titles) + " " * _MARGIN if titles and said else shown
        yield f"    {page.style(padded(name, ids), 'cyan')}{' ' * _MARGIN}{pad}{page.style(said, 'dim')}"


def _focus(focus: Item, found: Sequence[Finding], page: _Page) -> Iterator[str]:
    """Yield an item and below it all that is wrong with it, for findings that say different things."""
    yield f"    {page.style(safe(focus.id), 'cyan')}{' ' * _MARGIN}{safe(focus.title)}"
    by_message: dict[str, list[Finding]] = {}
    for finding in found:
        by_message.setdefault(finding.message, []).append(finding)
    for message, same in by_message.items():
        lines = wrapped(safe(message), max(20, page.width - 8))
        said = _fold(_values(same, page), page.width - 8, len(same))
        if said and cells(lines[-1]) + _MARGIN + cells(said) <= page.width - 8:
            lines[-1] += " " * _MARGIN + page.style(said, "dim")
        elif said:
            lines.append(page.style(said, "dim"))
        yield from (f"      {'·' if place == 0 else ' '} {line}" for place, line in enumerate(lines))


def _values(found: Sequence[Finding], page: _Page) -> list[str]:
    """Return how to call the values of `found`, each once; a value that the message names is left out."""
    called = {_called(f, page) for f in found if f.value and f.value != "_:"}
    named = len(found) == 1 and all(one in found[0].message for one in called)
    return [] if named else list(dict.fromkeys(_called(f, page) for f in found if f.value and f.value != "_:"))


def _called(finding: Finding, page: _Page) -> str:
    if finding.about is not None:
        return safe(finding.about.id)
    value = finding.value
    if value.startswith("<"):
        return safe(curie(value[1:-1], page.prefixes))
    text, _, _ = value[1:].rpartition('"')
    return safe(text.replace('\\"', '"').replace("\\n", " "))


def _fold(values: Sequence[str], room: int, count: int) -> str:
    """Return `values` on one line: as many as fit, and how many more there are."""
    if not values:
        return f"{count} times" if count > 1 else ""
    whole = ", ".join(values)
    if cells(whole) <= room:
        return whole
    shown: list[str] = []
    for value in values:
        more = f" … {len(values):,} in all"
        if cells(", ".join([*shown, value]) + more) > room:
            break
        shown.append(value)
    if not shown:
        return _cut(values[0], room) if len(values) == 1 else f"{len(values):,} values"
    return f"{', '.join(shown)} … {len(values):,} in all"


def _cut(text: str, width: int) -> str:
    if cells(text) <= width:
        return text
    while text and cells(text) >= width:
        text = text[:-1]
    return text.rstrip() + "…"


def _summary(result: Findings, style: Style) -> str:
    ran = f"{counted(result.rules_run, 'rule')} ran"
    if not result.items:
        return style("✓ ", "green") + style("nothing found", "bold") + style(f" · {ran}", "dim")
    parts = []
    for severity in Severity:
        number = sum(f.severity is severity for f in result.items)
        if number:
            parts.append(style(counted(number, *_WORDS[severity]), _MARKS[severity][1]))
    return style(counted(len(result.items), "finding"), "bold") + ": " + ", ".join(parts) + style(f" · {ran}", "dim")

"""Notes about a run, as the last lines of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.report.style import Style, safe, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.values import Note

__all__ = ["counted", "note_lines"]

_SHOWN: Final = 5


def note_lines(notes: Sequence[Note], style: Style, width: int) -> Iterator[str]:
    """Yield `notes` in the order in which they come, each with the first few things that it is about."""
    for note in notes:
        yield from _hanging("note  ", safe(note.text), style, width)
        shown = [safe(one) for one in note.about[:_SHOWN]]
        if shown:
            more = len(note.about) - len(shown)
            tail = f" and {more} more, which --format json names" if more > 0 else ""
            yield from _hanging("      ", ", ".join(shown) + tail, style, width)


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 warning`` or ``3 warnings``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _hanging(head: str, text: str, style: Style, width: int) -> Iterator[str]:
    for place, line in enumerate(wrapped(text, max(width - len(head), 20))):
        yield style((head if place == 0 else " " * len(head)) + line, "dim")

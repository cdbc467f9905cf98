"""Colours, widths and wrapping for a terminal; text of unknown origin can't steer it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["WIDTH", "Style", "cells", "padded", "safe", "side_by_side", "wrapped"]

WIDTH: Final = 100
"""Columns of text where there is no terminal to ask."""

_CODES: Final = {"red": "31", "yellow": "33", "blue": "34", "green": "32", "cyan": "36", "bold": "1", "dim": "2"}
_NO_BREAK: Final = "\ue000"  # private use: `wrapped` breaks at every kind of space
_HIDDEN: Final = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Style:
    """Puts text in colours, or leaves it alone.

    Attributes:
        colour: whether there are colours.
    """

    colour: bool

    def __call__(self, text: str, *names: str) -> str:
        """Return `text` in the styles called `names`, such as ``bold`` or ``red``."""
        if not self.colour or not text or not names:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"


def safe(text: str) -> str:
    """Return `text` on one line, with a mark in place of characters that would steer a terminal or turn text round."""
    if text.isascii() and text.isprintable():
        return text
    flat = " ".join(text.split())
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(sign) in _HIDDEN else sign for sign in flat)


def cells(text: str) -> int:
    """Return how many columns `text` takes, wide and combining characters counted right."""
    if text.isascii():
        return len(text)
    return sum(_cells(sign) for sign in text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` filled with spaces up to `width` columns; the spaces come first where it goes to the right."""
    fill = " " * max(0, width - cells(text))
    return fill + text if right else text + fill


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` as lines of at most `width` columns, broken at spaces, inside a word only where it must be."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        rest = word
        if line and cells(line) + 1 + cells(rest) <= width:
            line = f"{line} {rest}"
            continue
        if line:
            lines.append(line)
        while cells(rest) > width:
            cut = _fitting(rest, width)
            lines.append(rest[:cut])
            rest = rest[cut:]
        line = rest
    return [*lines, line] if line or not lines else lines


def side_by_side(names: Sequence[str], head: str, style: Style, width: int) -> Iterator[str]:
    """Yield lines of `names` with commas between them, broken between names only.

    Args:
        names: what to show, made safe already.
        head: stands before the first line; the others are as far from the edge.
        style: colours, if any.
        width: columns that there are.
    """
    glued = ", ".join(name.replace(" ", _NO_BREAK) for name in names)
    for number, line in enumerate(wrapped(glued, max(20, width - cells(head))) if names else ()):
        yield (" " * cells(head) if number else head) + style(line.replace(_NO_BREAK, " "), "cyan")


def _fitting(text: str, width: int) -> int:
    """Return how many characters of `text` fit into `width` columns, at least one."""
    used = 0
    for place, sign in enumerate(text):
        used += _cells(sign)
        if used > width:
            return max(place, 1)
    return len(text)


def _cells(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1

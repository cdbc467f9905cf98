"""Fingerprints of all items at once, from sorted N-Triples: several times as fast as asking a store item by item."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from heapq import merge
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kg.review.content import GENID, NAMED, TYPE, Canonical, pairs_of_lines
from kg.review.fingerprint import Printer, print_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from kg.review.content import ContentRules, Pair

__all__ = ["fingerprints", "named_parts"]

_TYPED: Final = re.compile(rb'> ("[^\n]*"[@^][^\n]*) \.\n')
"""A literal with a datatype or a language at the end of a line."""


def fingerprints(graphs: Sequence[Callable[[], Iterable[bytes]]], rules: ContentRules) -> Iterator[tuple[str, str]]:
    """Yield the IRI and the fingerprint of each item, just as `kg.review.fingerprint` makes them one by one.

    Items come in no particular order: those that have parts come last.

    Args:
        graphs: each gives the lines of one graph, sorted, as chunks that end with a line; it is asked twice.
        rules: what counts in that state.
    """
    stream = _Stream(rules, named_parts(graphs, rules))
    for node, lines in _by_subject([graph() for graph in graphs]):
        found = stream.take(node, lines)
        if found:
            yield node[1:-1].decode(), found
    yield from stream.rest()


def named_parts(graphs: Iterable[Callable[[], Iterable[bytes]]], rules: ContentRules) -> frozenset[bytes]:
    """Return the parts that have a name of their own: subjects of a class of parts that were no blank nodes."""
    classes = b"|".join(re.escape(one) for one in sorted(rules.parts))
    typed = re.compile(b" " + re.escape(TYPE) + b" (?:" + classes + rb") \.\n")
    found = {
        chunk[chunk.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        for graph in graphs
        for chunk in graph()
        for match in typed.finditer(chunk)
    }
    return frozenset(node for node in found if GENID not in node and rules.may_be_part(node) and b" " not in node)


@dataclass
class _Stream:
    """What is known after a part of the lines.

    Attributes:
        rules: what counts.
        names: the parts that have a name of their own.
        parts: part → its statements.
        owners: item that has parts → its statements.
    """

    rules: ContentRules
    names: frozenset[bytes]
    parts: dict[bytes, list[Pair]] = field(default_factory=dict)
    owners: dict[bytes, list[Pair]] = field(default_factory=dict)
    _canonical: Canonical = field(default_factory=Canonical)

    def take(self, node: bytes, lines: list[bytes]) -> str:
        """Take the lines of a subject in; return its fingerprint, empty where it has none or it can't be told yet."""
        said, text = [line[len(node) + 1 : -3] for line in lines], b"".join(lines)
        if self._plain(text):
            excluded = self.rules.excluded
            return print_of([one for one in said if one[: one.index(b" ")] not in excluded])
        pairs = pairs_of_lines(lines, self._canonical)
        if GENID in node or node in self.names:
            self.parts[node] = pairs
            return ""
        if GENID in text or not self.names.isdisjoint(value for _, value in pairs):
            self.owners[node] = pairs
            return ""
        return print_of([property_ + b" " + value for property_, value in self.rules.counting(pairs)])

    def _plain(self, text: bytes) -> bool:
        """Tell whether nothing in the lines of a subject needs a closer look."""
        return (
            not self.names
            and GENID not in text
            and self._special.search(text) is None
            and all(self._canonical.of(value) == value for value in _TYPED.findall(text))
        )

    @cached_property
    def _special(self) -> re.Pattern[bytes]:
        """What finds statements that count or not depending on their value, or on the classes of the item."""
        only = [property_ + b" " + value for property_, value in self.rules.only.items()]
        typed = [TYPE + b" " + class_ for class_ in (*self.rules.named, NAMED)]
        return re.compile(b"|".join(re.escape(one) for one in (*only, *typed)))

    def rest(self) -> Iterator[tuple[str, str]]:
        """Yield the items with parts, once all lines are in."""
        printer = _Known(self._pairs, self.rules)
        printer.names = self.names
        for node, pairs in self.owners.items():
            found = printer.of_pairs(node, pairs)
            if found:
                yield node[1:-1].decode(), found

    def _pairs(self, node: bytes) -> list[Pair]:
        return self.parts.get(node, [])


class _Known(Printer):
    """A printer that knows all parts that have names."""

    names: frozenset[bytes] = frozenset()

    def is_named_part(self, value: bytes) -> bool:
        return value in self.names


def _by_subject(graphs: Sequence[Iterable[bytes]]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield each subject with its lines in all graphs, each once."""
    if len(graphs) == 1:
        yield from _groups(graphs[0])
        return
    for node, several in groupby(merge(*map(_groups, graphs), key=_first), key=_first):
        (_, lines), *more = several
        yield node, list(dict.fromkeys([*lines, *(line for _, other in more for line in other)])) if more else lines


def _first(group: tuple[bytes, list[bytes]]) -> bytes:
    return group[0]


def _groups(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield each subject of one graph with its lines."""
    node, prefix = b"", b"\n"
    lines: list[bytes] = []
    for chunk in chunks:
        for line in chunk.splitlines(keepends=True):
            if not line.startswith(prefix):
                if lines:
                    yield node, lines
                node = line.partition(b" ")[0]
                prefix, lines = node + b" ", []
            lines.append(line)
    if lines:
        yield node, lines

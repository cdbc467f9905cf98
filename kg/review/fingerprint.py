"""Fingerprints: what an item says, as one short text that changes when that does and never otherwise.

Neither the order of facts matters, nor labels of blank nodes, the graphs that a fact is in, the file format, nor the
form of a literal (``4.0``, ``4.00``). A part counts by its content; where parts lead back to one another, the way back
is counted in steps, so names do not matter there either. What is too entangled for that (hostile, or a mistake) is
called by the names that the import gave it: then the fingerprint may change more often than it must, never less.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from kg.review.content import GENID, TYPE, ContentRules, pairs_of_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kg.review.content import Pair
    from kg.store import Reader

__all__ = ["GONE", "Printer", "fingerprint", "print_of"]

GONE: Final = ""
"""Fingerprint of an item that says nothing (any more)."""

_VERSION: Final = "1:"
_LENGTH: Final = 32
_MOST_PARTS: Final = 2000
"""Parts of one item, each counted as often as it is reached, that are told by their content."""


def fingerprint(reader: Reader, iri: str, rules: ContentRules | None = None) -> str:
    """Return the fingerprint of an item: ``1:`` and 32 hexadecimal digits, `GONE` where it says nothing.

    Args:
        reader: the state.
        iri: the item.
        rules: what counts in that state; None to read it there.
    """
    return Printer(pairs_of_reader(reader), rules or ContentRules.of(reader)).of(iri)


def print_of(entries: Iterable[bytes]) -> str:
    """Return the fingerprint of what an item says.

    Args:
        entries: property and object of each statement that counts, with a blank between; a part by its digest.
    """
    found = sorted(entries)
    return _VERSION + sha256(b"\n".join(found)).hexdigest()[:_LENGTH] if found else GONE


def digest_of_part(entries: Iterable[bytes]) -> bytes:
    """Return what stands for a part in what its owner says."""
    return b"[" + sha256(b"\n".join(sorted(entries))).hexdigest().encode() + b"]"


@dataclass
class Printer:
    """Makes the fingerprints of items one by one.

    Args:
        pairs: gives the statements about a node in N-Triples, ``<IRI>`` → property and object of each.
        rules: what counts.
    """

    pairs: Callable[[bytes], list[Pair]]
    rules: ContentRules
    _parts: dict[bytes, bool] = field(default_factory=dict)

    def of(self, iri: str) -> str:
        """Return the fingerprint of an item."""
        return self.of_pairs(f"<{iri}>".encode(), self.pairs(f"<{iri}>".encode()))

    def of_pairs(self, node: bytes, pairs: Iterable[Pair]) -> str:
        """Return the fingerprint of an item whose statements are at hand."""
        unfolding = _Unfolding(self)
        entries, _ = unfolding.entries(pairs, {node: 0})
        return print_of(entries if unfolding.left >= 0 else self._by_name(pairs))

    def _by_name(self, pairs: Iterable[Pair]) -> list[bytes]:
        """Return what an item and all its parts say, each part called by its name."""
        found: list[bytes] = []
        todo: list[tuple[bytes, Iterable[Pair]]] = [(b"", pairs)]
        seen: set[bytes] = set()
        while todo:
            name, said = todo.pop()
            for property_, value in self.rules.counting(said):
                found.append(name + b" " + property_ + b" " + value)
                if self.folds(property_, value) and value not in seen:
                    seen.add(value)
                    todo.append((value, self.pairs(value)))
        return found

    def folds(self, property_: bytes, value: bytes) -> bool:
        """Tell whether an object is a part that counts by its content."""
        if not value.startswith(b"<"):
            return False
        if GENID in value:
            return True
        return property_ not in self.rules.suspicion and property_ != TYPE and self.is_named_part(value)

    def is_named_part(self, value: bytes) -> bool:
        """Tell whether an IRI is that of a part which is no blank node."""
        if not self.rules.may_be_part(value):
            return False
        found = self._parts.get(value)
        if found is None:
            classes = [object_ for property_, object_ in self.pairs(value) if property_ == TYPE]
            found = self._parts[value] = self.rules.is_part(classes)
        return found


@dataclass
class _Unfolding:
    """The parts of one item told by their content.

    Attributes:
        printer: who reads.
        left: how many parts may still be told so; below 0, the result is of no use.
        known: part → its digest, of those from which no way leads back to anything.
    """

    printer: Printer
    left: int = _MOST_PARTS
    known: dict[bytes, bytes] = field(default_factory=dict)

    def entries(self, pairs: Iterable[Pair], trail: dict[bytes, int]) -> tuple[list[bytes], bool]:
        """Return what a node says, and whether some way back is told in it.

        Args:
            pairs: its statements.
            trail: each node on the way to it, itself included → how many steps that is from the item.
        """
        found: list[bytes] = []
        tangled = False
        folds = self.printer.folds
        for property_, value in self.printer.rules.counting(pairs):
            if folds(property_, value):
                shown, back = self._part(value, trail)
                tangled = tangled or back
                found.append(property_ + b" " + shown)
            else:
                found.append(property_ + b" " + value)
        return found, tangled

    def _part(self, part: bytes, trail: dict[bytes, int]) -> tuple[bytes, bool]:
        if part in trail:
            return b"^%d" % (len(trail) - trail[part]), True
        if part in self.known:
            return self.known[part], False
        self.left -= 1
        if self.left < 0:
            return b"", True
        entries, tangled = self.entries(self.printer.pairs(part), {**trail, part: len(trail)})
        shown = digest_of_part(entries)
        if not tangled:
            self.known[part] = shown
        return shown, tangled

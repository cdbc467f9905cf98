"""A change as people count it: items added, modified, retired, unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg.rdf.names import DCTERMS, NS, RDF

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ItemChange", "item_change"]

_IDENTIFIER: Final = f"<{DCTERMS}identifier>".encode()
_TYPE: Final = f"<{RDF}type>".encode()
_OURS: Final = f"<{NS}".encode()
_PART: Final = b"/.well-known/genid/"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What a new version of a source did to its items: subjects with an identifier or a class of ours.

    Attributes:
        added: IRIs of the items that are new, sorted.
        modified: IRIs of those that say something else than before.
        retired: IRIs of those that are gone.
        unchanged: how many say the same.
    """

    added: tuple[str, ...]
    modified: tuple[str, ...]
    retired: tuple[str, ...]
    unchanged: int


def item_change(new: Iterable[bytes], added: Iterable[bytes], removed: Iterable[bytes]) -> ItemChange:
    """Return what a change did to the items of one graph.

    A part without an identifier, named by its content, counts as its owner: when the part changes, the owner's link to
    it does too.

    Args:
        new: the lines of the graph afterwards.
        added: the lines that came.
        removed: the lines that went.
    """
    come, gone = set(added), list(removed)
    after: set[bytes] = set()
    before = {line.split(b" ", 1)[0] for line in gone if _makes_item(line)}
    for line in new:
        if _makes_item(line):
            subject = line.split(b" ", 1)[0]
            after.add(subject)
            if line not in come:
                before.add(subject)
    touched = {line.split(b" ", 1)[0] for line in (*come, *gone)}
    modified = touched & before & after
    return ItemChange(
        _texts(after - before), _texts(modified), _texts(before - after), len(before & after) - len(modified)
    )


def _makes_item(line: bytes) -> bool:
    subject, predicate, rest = line.split(b" ", 2)
    return (predicate == _IDENTIFIER or (predicate == _TYPE and rest.startswith(_OURS))) and _PART not in subject


def _texts(subjects: set[bytes]) -> tuple[str, ...]:
    return tuple(sorted(subject[1:-1].decode() for subject in subjects))

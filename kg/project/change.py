"""What a commit did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.project.record import Header
    from kg.store import Delta
    from kg.values import Note

__all__ = ["Change"]


@dataclass(frozen=True, slots=True)
class Change:
    """One commit.

    Attributes:
        id: SHA-256 of its record.
        header: who, when, why, with what, on top of which changes.
        deltas: IRI of each graph that changed → what was added and removed.
        notes: what the importers left out or read with a guess.
    """

    id: str
    header: Header
    deltas: dict[str, Delta]
    notes: tuple[Note, ...] = ()

    @property
    def added(self) -> dict[str, list[bytes]]:
        """Graph → sorted lines that came to it."""
        return {graph: delta.added for graph, delta in self.deltas.items() if delta.added}

    @property
    def removed(self) -> dict[str, list[bytes]]:
        """Graph → sorted lines that went from it."""
        return {graph: delta.removed for graph, delta in self.deltas.items() if delta.removed}

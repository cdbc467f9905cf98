"""What changes in one graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.rdf.ntriples import diff

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Delta"]


@dataclass(slots=True)
class Delta:
    """What comes to one graph and what goes from it.

    Attributes:
        added: sorted unique N-Triples lines.
        removed: sorted unique N-Triples lines.
    """

    added: list[bytes] = field(default_factory=list)
    removed: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.added) + len(self.removed)

    @classmethod
    def between(cls, old: Iterable[bytes], new: Iterable[bytes]) -> Delta:
        """Return what turns `old` into `new`, both sorted and unique."""
        return cls(*diff(old, new))

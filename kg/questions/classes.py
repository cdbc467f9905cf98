"""The class tree as one state of the graph has it, extensions of the user's included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from kg.rdf.names import NS, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.store import Reader

__all__ = ["Classes"]


class Classes:
    """Which classes lie below which.

    Args:
        reader: a state whose default graph holds the ontology.
    """

    def __init__(self, reader: Reader) -> None:
        self._below: dict[str, set[str]] = {}
        for lower, upper in reader.select(f"SELECT ?lower ?upper WHERE {{ ?lower <{RDFS}subClassOf> ?upper }}"):
            if isinstance(lower, NamedNode) and isinstance(upper, NamedNode):
                self._below.setdefault(upper.value, set()).add(lower.value)

    def within(self, names: Iterable[str]) -> frozenset[str]:
        """Return the IRIs of the classes of ours called `names`, and of all classes below them."""
        found: set[str] = set()
        todo = [NS + name for name in names]
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += self._below.get(one, ())
        return frozenset(found)

    def specific(self, classes: Iterable[str]) -> str:
        """Return the most specific of `classes`; the first by name where several are, empty where there are none."""
        several = sorted(set(classes))
        return next((c for c in several if not self._below_any(c, several)), "")

    def _below_any(self, upper: str, several: list[str]) -> bool:
        """Tell whether another one of `several` lies below `upper`."""
        todo, seen = [upper], {upper}
        while todo:
            for lower in self._below.get(todo.pop(), ()):
                if lower in several and lower != upper:
                    return True
                if lower not in seen:
                    seen.add(lower)
                    todo.append(lower)
        return False

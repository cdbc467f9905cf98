"""A graph as compressed sparse rows in numpy: the shortest way from a node to its neighbours that memory allows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Nodes: TypeAlias = NDArray[np.int64]

__all__ = ["Adjacency", "Links", "need_numpy"]


def need_numpy() -> Any:
    """Return numpy.

    Raises:
        InputError: it is not installed; the message says how to get it.
    """
    try:
        import numpy  # noqa: ICN001 - an optional extra, and the command line must start fast
    except ImportError as error:
        raise InputError("this benchmark needs numpy: pip install 'interlock-kg[bench]'") from error
    return numpy


@dataclass(frozen=True, slots=True)
class Links:
    """One property in one direction: the neighbours of node ``n`` are ``ends[starts[n]:starts[n + 1]]``."""

    starts: Nodes
    ends: Nodes

    def hop(self, nodes: Nodes) -> tuple[Nodes, Nodes]:
        """Return each link from `nodes`: where it starts, as a position in `nodes`, and where it ends."""
        numpy = need_numpy()
        first = self.starts[nodes]
        counts = self.starts[nodes + 1] - first
        before = counts.cumsum() - counts
        total = int(counts.sum())
        origin = numpy.repeat(numpy.arange(len(nodes)), counts)
        return origin, self.ends[numpy.arange(total) + (first - before)[origin]]

    def reached(self, nodes: Nodes) -> Nodes:
        """Return the nodes at the other end of the links from `nodes`, one per link."""
        return self.hop(nodes)[1]


class Adjacency:
    """The links of some properties, both ways, and the whole numbers of others.

    Args:
        lines: N-Triples lines in canonical form; one may come more than once.
        links: IRIs of the properties that are walked.
        numbers: IRIs of the properties whose values are whole numbers; a node has one at most.
        texts: IRIs of the properties whose values are plain texts.

    Attributes:
        names: N-Triples syntax of each node, by its number.
    """

    def __init__(
        self,
        lines: Iterable[bytes],
        links: Sequence[str],
        numbers: Sequence[str] = (),
        texts: Sequence[str] = (),
    ) -> None:
        numpy = need_numpy()
        known: dict[bytes, int] = {}
        walked = {f"<{iri}>".encode(): iri for iri in links}
        counted = {f"<{iri}>".encode(): iri for iri in numbers}
        read = {f"<{iri}>".encode(): iri for iri in texts}
        pairs: dict[str, set[tuple[int, int]]] = defaultdict(set)
        self._texts: dict[str, dict[int, str]] = {iri: {} for iri in texts}
        values: dict[str, dict[int, int]] = {iri: {} for iri in numbers}
        for line in lines:
            subject, predicate, rest = line.split(b" ", 2)
            if predicate in walked:
                object_ = rest[:-3]
                pairs[walked[predicate]].add(
                    (known.setdefault(subject, len(known)), known.setdefault(object_, len(known)))
                )
            elif predicate in counted:
                values[counted[predicate]][known.setdefault(subject, len(known))] = int(rest.split(b'"', 2)[1])
            elif predicate in read:
                text = rest[1 : rest.rindex(b'"')].decode()
                self._texts[read[predicate]][known.setdefault(subject, len(known))] = text
        self.names = [name.decode() for name in known]
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self._ahead: dict[str, Links] = {}
        self._back: dict[str, Links] = {}
        for iri in links:
            array = numpy.array(sorted(pairs[iri]), dtype=numpy.int64).reshape(-1, 2)
            self._ahead[iri] = _links(array[:, 0], array[:, 1], len(known))
            self._back[iri] = _links(array[:, 1], array[:, 0], len(known))
        self._values: dict[str, Nodes] = {}
        for iri in numbers:
            column = numpy.full(len(known), -1, dtype=numpy.int64)
            for node, value in values[iri].items():
                column[node] = value
            self._values[iri] = column

    def number(self, name: str) -> int:
        """Return the number of the node that `name` writes in N-Triples syntax."""
        return self._numbers[name]

    def ahead(self, iri: str) -> Links:
        """Return the links of a property from subjects to objects."""
        return self._ahead[iri]

    def back(self, iri: str) -> Links:
        """Return the links of a property from objects to subjects."""
        return self._back[iri]

    def values(self, iri: str) -> Nodes:
        """Return the whole number that each node has for a property, -1 where it has none."""
        return self._values[iri]

    def texts(self, iri: str) -> dict[int, str]:
        """Return node → its text for a property."""
        return self._texts[iri]


def _links(starts: Nodes, ends: Nodes, size: int) -> Links:
    numpy = need_numpy()
    order = numpy.argsort(starts, kind="stable")
    counts = numpy.bincount(starts, minlength=size)
    return Links(numpy.concatenate(([0], counts.cumsum())), ends[order])

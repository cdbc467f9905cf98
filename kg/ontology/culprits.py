"""Which terms make an ontology contradict itself: the smallest set that the reasoner still refuses (QuickXplain)."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode

from kg.errors import LimitExceeded
from kg.ontology.reasoner import reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Triple

__all__ = ["culprits"]


def culprits(base: Iterable[Triple], added: Iterable[Triple], *, seconds: float) -> tuple[str, ...]:
    """Return the IRIs of the subjects in `added` that together with `base` contradict each other.

    None of them can be left out. Junker, "QuickXplain", AAAI 2004: about k log(n/k) runs of the reasoner for k
    culprits among n subjects.

    Args:
        base: facts that are taken to be consistent.
        added: facts that make them inconsistent.
        seconds: wall-clock limit; where it is reached the set is not the smallest, only small.
    """
    search = _Search(list(base), _blocks(added), time.monotonic() + seconds)
    return tuple(sorted(search.explain([], changed=False, among=sorted(search.blocks))))


def _blocks(triples: Iterable[Triple]) -> dict[str, list[Triple]]:
    """Return the facts of each named subject, with those of the blank nodes below it."""
    below: dict[NamedNode | BlankNode, list[Triple]] = defaultdict(list)
    for triple in triples:
        if isinstance(triple.subject, NamedNode | BlankNode):
            below[triple.subject].append(triple)
    hanging = {t.object for facts in below.values() for t in facts if isinstance(t.object, BlankNode)}
    blocks = {}
    for root in below:
        if isinstance(root, NamedNode) or root not in hanging:
            name = root.value if isinstance(root, NamedNode) else str(root)
            blocks[name] = _closure(root, below)
    return blocks


def _closure(root: NamedNode | BlankNode, below: dict[NamedNode | BlankNode, list[Triple]]) -> list[Triple]:
    facts: list[Triple] = []
    seen: set[NamedNode | BlankNode] = set()
    front = [root]
    while front:
        node = front.pop()
        if node not in seen:
            seen.add(node)
            facts += below.get(node, [])
            front += [t.object for t in below.get(node, []) if isinstance(t.object, BlankNode)]
    return facts


class _Search:
    def __init__(self, base: list[Triple], blocks: dict[str, list[Triple]], deadline: float) -> None:
        self.blocks = blocks
        self._base = base
        self._deadline = deadline

    def explain(self, kept: Sequence[str], *, changed: bool, among: Sequence[str]) -> list[str]:
        """Return a smallest part of `among` that contradicts base and `kept`.

        Args:
            kept: names of blocks that stay.
            changed: whether `kept` grew since it was last found consistent.
            among: names of blocks to choose from; all of them with `kept` are inconsistent.
        """
        if changed and self._contradict(kept):
            return []
        if len(among) == 1 or time.monotonic() > self._deadline:
            return list(among)
        half = len(among) // 2
        first, second = list(among[:half]), list(among[half:])
        needed = self.explain([*kept, *first], changed=True, among=second)
        return [*self.explain([*kept, *needed], changed=bool(needed), among=first), *needed]

    def _contradict(self, names: Sequence[str]) -> bool:
        facts = [*self._base, *(triple for name in names for triple in self.blocks[name])]
        try:
            return not reason(facts, seconds=max(0.1, self._deadline - time.monotonic())).consistent
        except LimitExceeded:
            return False  # not known to contradict, so nothing is left out on its account

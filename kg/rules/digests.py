"""What the results of a rule depend on beside the facts, as one digest each."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.rules.rule import RuleFile, RuleSet

__all__ = ["files_behind", "rule_digests"]

_FORMAT: Final = 1
"""Raised when results of the same rule come out otherwise."""


def files_behind(rules: RuleSet) -> dict[str, tuple[RuleFile, ...]]:
    """Return the IRI of each rule → the files without which it can't run: its own, and those that it speaks of."""
    homes: dict[str, set[int]] = defaultdict(set)
    for place, file in enumerate(rules.files):
        for triple in file.triples:
            if isinstance(triple.subject, NamedNode):
                homes[triple.subject.value].add(place)
    needs = [
        {home for t in file.triples if isinstance(t.object, NamedNode) for home in homes.get(t.object.value, ())}
        | {home for t in file.triples if isinstance(t.subject, NamedNode) for home in homes[t.subject.value]}
        for file in rules.files
    ]
    at = {file.shown: place for place, file in enumerate(rules.files)}
    return {rule.iri: tuple(rules.files[i] for i in sorted(_reached(at[rule.file], needs))) for rule in rules.rules}


def rule_digests(behind: Mapping[str, tuple[RuleFile, ...]], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the IRI of each rule → digest of what its results depend on beside the facts.

    Args:
        behind: IRI of each rule → the files without which it can't run.
        prefixes: prefix → namespace, for the paths in results.
    """
    common = hashlib.sha256(repr((_FORMAT, version("shacl"), sorted(prefixes.items()))).encode())
    found = {}
    for iri, files in behind.items():
        own = common.copy()
        own.update("".join(file.digest for file in files).encode())
        found[iri] = own.hexdigest()[:32]
    return found


def _reached(start: int, needs: list[set[int]]) -> set[int]:
    found: set[int] = set()
    open_ = [start]
    while open_:
        one = open_.pop()
        if one not in found:
            found.add(one)
            open_.extend(needs[one])
    return found

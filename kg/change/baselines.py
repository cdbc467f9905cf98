"""Baselines: names of states, kept as facts of the source ``baselines``, so that they merge like everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from kg.rdf.names import DCTERMS, NS

if TYPE_CHECKING:
    from kg.store import Reader

__all__ = ["SOURCE", "Baseline", "baseline_iri", "find_baselines"]

SOURCE: Final = "baselines"
"""Name of the source that holds the baselines."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A named state.

    Attributes:
        iri: its IRI.
        name: its name.
        changes: ids of the changes that led to the state last, sorted.
        created: when it was made, in UTC, ``2026-11-23T13:55:02Z``.
        reason: why, if anybody said so.
    """

    iri: str
    name: str
    changes: tuple[str, ...]
    created: str
    reason: str = ""


def baseline_iri(base: str, name: str) -> str:
    """Return the IRI of the baseline `name` of the project at `base`."""
    return f"{base}baseline/{quote(name, safe='')}"


def find_baselines(reader: Reader) -> list[Baseline]:
    """Return the baselines that there are, oldest first."""
    query = (
        f"SELECT ?b ?id ?change ?created ?reason WHERE {{ ?b a <{NS}Baseline> ; <{NS}baselineOf> ?change ;"
        f" <{DCTERMS}identifier> ?id ; <{DCTERMS}created> ?created . OPTIONAL {{ ?b <{NS}reason> ?reason }} }}"
    )
    found: dict[str, tuple[set[str], tuple[str, str, str]]] = {}
    for node, name, change, created, reason in reader.select(query):
        if isinstance(node, NamedNode) and isinstance(change, NamedNode):
            said = tuple(one.value if isinstance(one, Literal) else "" for one in (name, created, reason))
            changes, _ = found.setdefault(node.value, (set(), (said[0], said[1], said[2])))
            changes.add(change.value.rpartition("/")[2])
    every = [
        Baseline(iri, name, tuple(sorted(changes)), created, reason)
        for iri, (changes, (name, created, reason)) in found.items()
    ]
    return sorted(every, key=lambda one: (one.created, one.name))

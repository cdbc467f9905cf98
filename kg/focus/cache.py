"""Footprints kept on disk: to compile them takes a second, mostly rdflib's parser."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from kg.focus.catalogued import read_catalogued
from kg.focus.footprint import Footprint, Opaque
from kg.focus.queries import footprint_of_query
from kg.focus.traces import TraceStep, footprint_of_trace
from kg.rdf.ntriples import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from kg.focus.catalogued import Catalogued
    from kg.focus.shapes import Shapes

__all__ = ["Footprints"]

_FORMAT: Final = 6
"""Raise it whenever `kg.focus` comes to read rules or queries in another way."""
_MOST: Final = 1_000
"""Footprints that the file keeps although nobody asked for them."""


class Footprints:
    """Compiles what units read, and remembers it by the text of the unit.

    Args:
        path: a file of JSON, made by `save`; one of another format, or damaged, counts as empty. None: only memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._stored = _read(path)
        self._used: dict[str, Footprint | Opaque] = {}

    @cached_property
    def _catalogued(self) -> Catalogued:
        return read_catalogued()

    def rule(self, rule: str, digest: str, shapes: Callable[[], Shapes]) -> Footprint | Opaque:
        """Return what a rule reads.

        Args:
            rule: IRI of the rule.
            digest: of the files that it is made of: whatever else they say, it reads something else.
            shapes: gives the shapes of all rule files, where the rule has to be compiled.
        """
        return self._get(("rule", rule, digest), lambda: shapes().footprint(rule))

    def query(self, text: str, focus: str = "focus") -> Footprint | Opaque:
        """Return what a query reads when the variable `focus` is bound."""
        return self._get(("query", focus, text), lambda: footprint_of_query(text, focus, self._catalogued))

    def trace(self, steps: Sequence[TraceStep], facts: Iterable[str] = ()) -> Footprint | Opaque:
        """Return what a trace reads from the item that it is asked about."""
        queries = tuple(facts)
        key = ("trace", *((step.query, step.sources, step.targets) for step in steps), queries)
        return self._get(key, lambda: footprint_of_trace(steps, queries, self._catalogued))

    def save(self) -> None:
        """Write what was asked for so far, if not all of it is in the file; where it can't be written, nothing is lost.

        What nobody asked for stays in it, since other commands may, until there is too much of it.
        """
        if self._path is None or self._used.keys() <= self._stored.keys():
            return
        kept = self._stored if len(self._stored) < _MOST else {}
        self._stored = kept | {key: _to_json(footprint) for key, footprint in self._used.items()}
        with suppress(OSError):  # two commands at once: the one that comes second finds its draft gone
            write_atomic(self._path, [json.dumps({"format": _FORMAT, "footprints": self._stored}).encode()])

    def _get(self, key: tuple[Any, ...], make: Callable[[], Footprint | Opaque]) -> Footprint | Opaque:
        name = hashlib.sha256(repr(key).encode()).hexdigest()[:32]
        if name not in self._used:
            self._used[name] = _from_json(self._stored[name]) if name in self._stored else make()
        return self._used[name]


def _read(path: Path | None) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes()) if path is not None else {}
    except (OSError, ValueError):
        return {}
    fits = isinstance(data, dict) and data.get("format") == _FORMAT and isinstance(data.get("footprints"), dict)
    return data["footprints"] if fits else {}


def _to_json(footprint: Footprint | Opaque) -> dict[str, Any]:
    return {"opaque": footprint.reason} if isinstance(footprint, Opaque) else footprint.to_json()


def _from_json(data: dict[str, Any]) -> Footprint | Opaque:
    return Opaque(data["opaque"]) if "opaque" in data else Footprint.from_json(data)

"""A small look at lines of N-Triples, for tests."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, parse, serialize

from kg.importers.registry import convert
from kg.project.sources import Source
from kg.rdf.guard import Limits
from kg.rdf.names import NS, RDF

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from kg.importers.conversion import Conversion

BASE = "https://plant.example/"


def read(path: Path, kind: str = "") -> Conversion:
    """Convert one file."""
    (result,) = convert([Source("s", path, kind, path.name)], BASE, Limits())
    assert result.lines == sorted(set(result.lines))
    again = serialize(
        (quad.triple for quad in parse(b"".join(result.lines), RdfFormat.N_TRIPLES)), format=RdfFormat.N_TRIPLES
    )
    assert again == b"".join(result.lines), "each line is valid and canonical"
    return result


class Graph:
    """The facts of one conversion: `values[subject][term]` → sorted values, without our namespace where it is ours."""

    def __init__(self, conversion: Conversion) -> None:
        self.values: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.links: Counter[str] = Counter()
        for quad in parse(b"".join(conversion.lines), RdfFormat.N_TRIPLES):
            term = quad.predicate.value.removeprefix(NS).removeprefix("http://purl.org/dc/terms/")
            self.values[quad.subject.value][term].append(quad.object.value.removeprefix(NS).removeprefix(BASE))
            self.links[term] += 1
        for facts in self.values.values():
            for values in facts.values():
                values.sort()

    def of_kind(self, kind: str) -> dict[str, dict[str, list[str]]]:
        """Return the items of a class, by IRI."""
        return {node: facts for node, facts in self.values.items() if kind in facts[f"{RDF}type"]}

    def __getitem__(self, node: str) -> dict[str, list[str]]:
        return self.values[node if ":" in node.split("/", maxsplit=1)[0] else BASE + node]


def shuffled(value: Any, dice: random.Random) -> Any:
    """Return a JSON value with the keys of all its objects in another order."""
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    if isinstance(value, list):
        return [shuffled(one, dice) for one in value]
    return value


def write_json(folder: Path, document: object, name: str = "document.json") -> Path:
    """Write a JSON document."""
    path = folder / name
    path.write_text(json.dumps(document))
    return path

"""The model that the property test edits: a cut of the example plant, ontology and catalogues, held in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING

from kg.data import examples_folder
from kg.importers.registry import convert
from kg.project.standalone import Standalone
from kg.rdf.names import RDF
from kg.store import Delta, Touched, memory_state
from kg.store.written import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["BASE", "EDITS", "Model", "plant"]

EDITS = "https://example.org/te-plant/graph/source/edits"
"""The graph that edits add to."""

BASE = "https://example.org/te-plant/"
_LEFT_OUT = ("/crosswalks", "/attack-ics", "/iec62443-4-1-2018", "/nist-csf-1.1", "/nist-sp800-53r5")
_OF_A_CLASS = 4
_NEIGHBOURS = 2
_ENTRY = b"<https://w3id.org/interlock/id/"
_TYPE = f"<{RDF}type>".encode()


@cache
def plant() -> dict[str, tuple[bytes, ...]]:
    """Return IRI of each graph → its lines: read-only graphs whole, of the plant some items of each class."""
    folder = examples_folder() / "plant"
    whole = Standalone([folder / "model", folder / "advisories"], base=BASE, convert=convert).graphs
    sources = {graph: lines for graph, lines in whole.items() if graph.startswith(BASE)}
    ours = {graph: lines for graph, lines in whole.items() if graph not in sources and not graph.endswith(_LEFT_OUT)}
    lines = sorted({line for found in sources.values() for line in found})
    kept = _items(lines)
    cut = tuple(
        line for line in lines if line.startswith(_ENTRY) or (line.split(b" ", 1)[0] in kept and _end(line, kept))
    )
    return {graph: tuple(found) for graph, found in ours.items()} | {f"{BASE}graph/source/plant": cut}


def _items(lines: list[bytes]) -> set[bytes]:
    """Choose some items of each class, what they speak of, and a few that speak of them."""
    out, into, classes = defaultdict(list), defaultdict(list), defaultdict(list)
    for line in lines:
        subject, predicate, rest = line.split(b" ", 2)
        value = rest[:-3]
        if predicate == _TYPE:
            classes[value].append(subject)
        elif value.startswith(b"<" + BASE.encode()):
            out[subject].append(value)
            into[value].append((predicate, subject))
    chosen = {
        one for members in classes.values() for one in members[:: max(1, len(members) // _OF_A_CLASS)][:_OF_A_CLASS]
    }
    near = {value for one in chosen for value in out[one]}
    for one in chosen:
        per = Counter()
        for predicate, subject in into[one]:
            per[predicate] += 1
            if per[predicate] <= _NEIGHBOURS:
                near.add(subject)
    kept = chosen | near
    kept |= {value for one in kept for value in out[one] if b"/.well-known/genid/" in value or b"genid" in value}
    return kept


def _end(line: bytes, kept: set[bytes]) -> bool:
    """Tell whether the object of a line is no item of the plant, or one that stays."""
    value = line.split(b" ", 2)[2][:-3]
    return value in kept or not value.startswith(b"<" + BASE.encode())


class Model:
    """One state of the facts that is edited, as a standing check's source.

    Attributes:
        reader: reads the present state.
        state: the facts, held in memory.
        sequence: number of edits so far.
    """

    def __init__(self, graphs: dict[str, tuple[bytes, ...]]) -> None:
        self.state = memory_state(graphs)
        self.reader = self.state.reader
        self.sequence = 0
        self._log: list[Touched] = []
        self.lines: dict[str, set[bytes]] = {graph: set(lines) for graph, lines in graphs.items()}
        self._of: dict[bytes, Counter[bytes]] = defaultdict(Counter)
        for lines in graphs.values():
            for line in lines:
                self._of[line.split(b" ", 1)[0]][line] += 1

    @property
    def id(self) -> str:
        """Tell this state from all others."""
        return str(self.sequence)

    def newest(self) -> bool:
        """Tell that there is no newer state."""
        return True

    def facts(self) -> Iterator[bytes]:
        """Yield all lines of all graphs."""
        for lines in self.lines.values():
            yield b"".join(lines)

    def since(self, state: str) -> Touched | None:
        """Return what came and went since an earlier state."""
        touched = Touched()
        for one in self._log[int(state) :]:
            touched = touched.and_then(one)
        return touched

    def written(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield lines as they were given for lines as the store gives them."""
        return as_written(lines, self.starting)

    def starting(self, prefix: bytes) -> list[bytes]:
        """Return the lines that begin with `prefix`, which holds a whole subject."""
        return [line for line in self._of[prefix.split(b" ", 1)[0]] if line.startswith(prefix)]

    def about(self, subject: bytes) -> list[bytes]:
        """Return the lines of a subject in N-Triples syntax, sorted."""
        return sorted(self._of.get(subject, ()))

    def homes(self, line: bytes) -> list[str]:
        """Return the graphs that have a line."""
        return [graph for graph, lines in self.lines.items() if line in lines]

    def apply(self, edit: dict[str, Delta]) -> tuple[Touched, dict[str, Delta]]:
        """Change graphs; return what that touched, and the edit that takes it back."""
        back = {}
        real = {}
        for graph, delta in edit.items():
            lines = self.lines.setdefault(graph, set())
            added = sorted({line for line in delta.added if line not in lines})
            removed = sorted({line for line in delta.removed if line in lines} - set(delta.added))
            lines.difference_update(removed)
            lines.update(added)
            for line in removed:
                of = self._of[line.split(b" ", 1)[0]]
                of[line] -= 1
                if not of[line]:
                    del of[line]
            for line in added:
                self._of[line.split(b" ", 1)[0]][line] += 1
            real[graph], back[graph] = Delta(added, removed), Delta(removed, added)
        touched = self.state.apply(real)
        self._log.append(touched)
        self.sequence += 1
        return touched, back

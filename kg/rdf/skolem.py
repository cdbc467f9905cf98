"""Blank nodes to IRIs that stay the same while the content does.

A blank node with at most one triple pointing to it is a branch of a tree: its IRI comes from its parent, the property
that leads to it and a hash of all that hangs below it. So neither order nor labels nor serialisation matter, and an
edit elsewhere leaves it alone. Twins (same parent, property and content) are counted, so two equal channels stay two.

What is shared or cyclic has no such address. Each connected lump of it goes through RDFC-1.0 on its own, in a process
that is killed at a limit, because hostile ones take longer than anyone waits.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kg.errors import BrokenFile
from kg.rdf.canonical import canonicalise
from kg.rdf.ntriples import sort_unique

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["SkolemLimits", "skolemise"]

_GENID: Final = ".well-known/genid/"
_BRANCH: Final = b"<urn:x-interlock:branch/"


@dataclass(frozen=True, slots=True)
class SkolemLimits:
    """What shared or cyclic blank nodes of one file may cost; each field is a setting ``blank-node-<field>``.

    Attributes:
        count: how many of them there may be.
        seconds: processor time for naming them, in seconds.
    """

    count: int = 2000
    seconds: float = 10.0


def skolemise(
    lines: Iterable[bytes], base: str, *, name: str = "graph", limits: SkolemLimits | None = None
) -> list[bytes]:
    """Return `lines` sorted and unique, with an IRI ``<base>.well-known/genid/<hash>`` for each blank node.

    Args:
        lines: N-Triples lines in any order.
        base: IRI that ends in ``/`` or ``#``.
        name: what to call the lines in errors: the file that they come from.
        limits: what shared or cyclic blank nodes may cost.

    Raises:
        BrokenFile: the blank nodes go beyond `limits`, or stand inside a triple term.
    """
    found = sort_unique(lines)
    tangle = _Tangle(base + _GENID, name)
    kept = [line for line in found if b"_:" not in line or not tangle.take(line)]
    if len(kept) == len(found):
        return found
    return sort_unique([*kept, *tangle.named(limits or SkolemLimits())])


@dataclass(slots=True)
class _Tangle:
    """The lines with blank nodes of one graph, and what is known about each node.

    Attributes:
        prefix: what the IRIs begin with.
        name: what to call the graph in errors.
        nodes: all blank nodes.
        out: subject → property and object of each triple; for IRIs only the triples that lead to a blank node.
        into: blank node → subject and property of each triple that leads to it.
        content: branch → hash of all that hangs below it.
        like: such a hash → one branch that has it.
    """

    prefix: str
    name: str
    nodes: set[bytes] = field(default_factory=set)
    out: defaultdict[bytes, list[tuple[bytes, bytes]]] = field(default_factory=lambda: defaultdict(list))
    into: defaultdict[bytes, list[tuple[bytes, bytes]]] = field(default_factory=lambda: defaultdict(list))
    content: dict[bytes, bytes] = field(default_factory=dict)
    like: dict[bytes, bytes] = field(default_factory=dict)

    def take(self, line: bytes) -> bool:
        """Take `line` in if it has a blank node; return whether it has."""
        subject, predicate, rest = line.split(b" ", 2)
        object_ = rest[:-3]
        starts, ends = subject.startswith(b"_:"), object_.startswith(b"_:")
        if object_.startswith(b"<<(") and b" _:" in object_:
            raise BrokenFile(self.name, "has a blank node inside a triple term; give the node an IRI")
        if not starts and not ends:
            return False
        if starts:
            self.nodes.add(subject)
        self.out[subject].append((predicate, object_))
        if ends:
            self.nodes.add(object_)
            self.into[object_].append((subject, predicate))
        return True

    def named(self, limits: SkolemLimits) -> Iterator[bytes]:
        """Yield all lines taken in, with IRIs."""
        knotted = self._knotted()
        if len(knotted) > limits.count:
            raise BrokenFile(
                self.name,
                f"has {len(knotted)} shared or cyclic blank nodes, at most {limits.count} can be named (setting"
                " blank-node-count); give them IRIs",
            )
        self._hash_branches(knotted)
        stems = [
            (subject, subject, [pair for pair in self.out[subject] if pair[1] not in knotted])
            for subject in list(self.out)
            if not subject.startswith(b"_:")
        ]
        for node, number in self._number([node for node in self.content if not self.into[node]]):
            iri = self._iri(b"root", self.content[node], number)
            stems.append((node, iri, self.out[node]))
        yield from self._grow(stems)
        yield from self._untie(knotted, limits)

    def _knotted(self) -> set[bytes]:
        """Return the nodes without an address: those shared or on a cycle, and the branches that lead to one."""
        knotted = {node for node in self.nodes if len(self.into[node]) > 1}
        settled = set(knotted)
        for start in self.nodes:
            trail: dict[bytes, int] = {}
            node: bytes | None = start
            while node is not None and node not in settled:
                if node in trail:
                    knotted.update(list(trail)[trail[node] :])
                    break
                trail[node] = len(trail)
                node = next((parent for parent, _ in self.into[node] if parent.startswith(b"_:")), None)
            settled.update(trail)
        todo = list(knotted)
        while todo:
            for parent, _ in self.into[todo.pop()]:
                if parent.startswith(b"_:") and parent not in knotted:
                    knotted.add(parent)
                    todo.append(parent)
        return knotted

    def _hash_branches(self, knotted: set[bytes]) -> None:
        """Hash what hangs below each branch, leaves first."""
        waiting = {
            node: sum(1 for _, object_ in self.out[node] if object_.startswith(b"_:"))
            for node in self.nodes
            if node not in knotted
        }
        ready = [node for node, children in waiting.items() if not children]
        while ready:
            node = ready.pop()
            parts = sorted(predicate + b" " + self._shown(object_) for predicate, object_ in self.out[node])
            self.content[node] = _hash(*parts)
            self.like.setdefault(self.content[node], node)
            for parent, _ in self.into[node]:
                if parent in waiting:
                    waiting[parent] -= 1
                    if not waiting[parent]:
                        ready.append(parent)

    def _shown(self, object_: bytes) -> bytes:
        return b"_:" + self.content[object_] if object_.startswith(b"_:") else object_

    def _number(self, nodes: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
        """Yield each branch with its number among those of the same content."""
        twins: Counter[bytes] = Counter()
        for node in nodes:
            yield node, twins[self.content[node]]
            twins[self.content[node]] += 1

    def _grow(self, stems: list[tuple[bytes, bytes, list[tuple[bytes, bytes]]]]) -> Iterator[bytes]:
        """Yield the lines of `stems` (node, its name, its properties and objects) and of all that hangs below them."""
        while stems:
            _, name, pairs = stems.pop()
            branches: defaultdict[bytes, list[bytes]] = defaultdict(list)
            for predicate, object_ in pairs:
                if object_.startswith(b"_:"):
                    branches[predicate].append(object_)
                else:
                    yield b"%b %b %b .\n" % (name, predicate, object_)
            for predicate, nodes in branches.items():
                for node, number in self._number(nodes):
                    iri = self._iri(name, predicate, self.content[node], number)
                    yield b"%b %b %b .\n" % (name, predicate, iri)
                    stems.append((node, iri, self.out[node]))

    def _untie(self, knotted: set[bytes], limits: SkolemLimits) -> Iterator[bytes]:
        """Yield the lines around knotted nodes, one connected knot after the other, and the branches below them."""
        twins: Counter[bytes] = Counter()
        for lines in canonicalise(
            [self._text(knot, knotted) for knot in self._knots(knotted)], self.name, limits.seconds
        ):
            digest = _hash(*lines)
            twins[digest] += 1
            named = self._labels(lines, digest, twins[digest])
            stems: defaultdict[bytes, list[tuple[bytes, bytes]]] = defaultdict(list)
            for line in lines:
                subject, predicate, rest = line.split(b" ", 2)
                object_ = rest[:-3]
                name = named.get(subject, subject)
                if object_.startswith(_BRANCH):
                    stems[name].append((predicate, self.like[object_[len(_BRANCH) :].partition(b"/")[0]]))
                else:
                    yield b"%b %b %b .\n" % (name, predicate, named.get(object_, object_))
            yield from self._grow([(name, name, pairs) for name, pairs in stems.items()])

    def _labels(self, lines: list[bytes], digest: bytes, number: int) -> dict[bytes, bytes]:
        """Return canonical label → IRI for one knot."""
        labels = {end for line in lines for end in _ends(line) if end.startswith(b"_:")}
        return {label: self._iri(b"knot", digest, label, number) for label in labels}

    def _knots(self, knotted: set[bytes]) -> Iterator[set[bytes]]:
        """Yield the connected sets of knotted nodes."""
        left = set(knotted)
        while left:
            todo = [left.pop()]
            knot = set(todo)
            while todo:
                node = todo.pop()
                ends = [object_ for _, object_ in self.out[node]] + [subject for subject, _ in self.into[node]]
                near = left.intersection(ends)
                left -= near
                knot |= near
                todo.extend(near)
            yield knot

    def _text(self, knot: set[bytes], knotted: set[bytes]) -> bytes:
        """Return the triples of one knot; each branch below it is an IRI made of its content and its number."""
        lines = []
        for node in knot:
            branches: defaultdict[bytes, list[bytes]] = defaultdict(list)
            for predicate, object_ in self.out[node]:
                if object_.startswith(b"_:") and object_ not in knotted:
                    branches[predicate].append(object_)
                else:
                    lines.append(b"%b %b %b .\n" % (node, predicate, object_))
            for predicate, nodes in branches.items():
                lines += [
                    b"%b %b %b%b/%d> .\n" % (node, predicate, _BRANCH, self.content[child], number)
                    for child, number in self._number(nodes)
                ]
            lines += [
                b"%b %b %b .\n" % (subject, predicate, node)
                for subject, predicate in self.into[node]
                if not subject.startswith(b"_:")
            ]
        return b"".join(lines)

    def _iri(self, *parts: bytes | int) -> bytes:
        return b"<%b%b>" % (self.prefix.encode(), _hash(*parts)[:32])


def _ends(line: bytes) -> tuple[bytes, bytes]:
    subject, _, rest = line.split(b" ", 2)
    return subject, rest[:-3]


def _hash(*parts: bytes | int) -> bytes:
    """Return a hash of `parts`, in hexadecimal."""
    texts = [part if isinstance(part, bytes) else b"%d" % part for part in parts]
    return hashlib.sha256(b"\n".join(texts)).hexdigest().encode()

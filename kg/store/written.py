"""Literals as their sources write them: a store keeps ``"01"^^xsd:integer`` as ``1``, and rules look at the text."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["as_written", "canonical", "canonical_term"]

_XSD: Final = b'"^^<http://www.w3.org/2001/XMLSchema#'


def as_written(lines: Iterable[bytes], starting: Callable[[bytes], Iterable[bytes]]) -> Iterator[bytes]:
    """Yield lines that a store gave as the graphs in it were written; one may stand for several of them.

    Args:
        lines: N-Triples lines in the store's canonical form.
        starting: gives all lines, of any graph, that begin with some bytes.
    """
    typed: dict[bytes, set[bytes]] = defaultdict(set)
    for line in lines:
        if _XSD in line:
            subject, predicate, _ = line.split(b" ", 2)
            typed[b'%b %b "' % (subject, predicate)].add(line)
        else:
            yield line
    for prefix, wanted in typed.items():
        found = {line for line in starting(prefix) if _XSD in line}
        if found <= wanted:
            yield from found
        else:
            yield from (line for line in found if canonical(line) in wanted)


def canonical(line: bytes) -> bytes:
    """Return a line of N-Triples as a store gives it back."""
    if _XSD not in line:
        return line
    store = Store()
    store.load(line, RdfFormat.N_TRIPLES, lenient=True)
    return b"".join(f"{quad.triple} .\n".encode() for quad in store)


def canonical_term(text: str) -> str:
    """Return a term in N-Triples syntax as a store gives it back."""
    return canonical(f"<urn:x> <urn:x> {text} .\n".encode()).decode()[16:-3]

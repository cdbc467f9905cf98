"""N-Triples text, written as fast as Python formats strings.

Terms are strings in N-Triples syntax here: at several hundred thousand triples a second there is no time for objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.rdf.names import CATALOGUE, DCTERMS, NS, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Facts", "boolean", "date", "decimal", "double", "entry", "fr", "il", "integer", "text", "timestamp"]

_A: Final = f"<{RDF}type>"
_IDENTIFIER: Final = f"<{DCTERMS}identifier>"
_TITLE: Final = f"<{DCTERMS}title>"


def il(name: str) -> str:
    """Return our term `name`."""
    return f"<{NS}{name}>"


def entry(document: str, local: str) -> str:
    """Return the catalogue entry `local` of `document`, such as ``iec62443-3-2-2020`` and ``ZCR-6.2``."""
    return f"<{CATALOGUE}{document}/{local}>"


def fr(name: str) -> str:
    """Return the foundational requirement with the short name `name`."""
    return f"<{CATALOGUE}iec62443-1-1-2009/{name}>"


def text(value: str) -> str:
    """Return a plain literal; `value` is ours and needs no escapes."""
    return f'"{value}"'


def integer(value: int) -> str:
    """Return an ``xsd:integer``."""
    return f'"{value}"^^<{XSD}integer>'


def decimal(value: str) -> str:
    """Return an ``xsd:decimal`` from its canonical lexical form."""
    return f'"{value}"^^<{XSD}decimal>'


def double(value: str) -> str:
    """Return an ``xsd:double`` from its canonical lexical form."""
    return f'"{value}"^^<{XSD}double>'


def boolean(value: bool) -> str:
    """Return an ``xsd:boolean``."""
    return f'"{"true" if value else "false"}"^^<{XSD}boolean>'


def date(value: str) -> str:
    """Return an ``xsd:date``."""
    return f'"{value}"^^<{XSD}date>'


def timestamp(value: str) -> str:
    """Return midnight of the day `value`, in UTC, as an ``xsd:dateTime``."""
    return f'"{value}T00:00:00Z"^^<{XSD}dateTime>'


class Facts:
    """Collects the N-Triples lines of one system.

    Args:
        name: start of the labels of its blank nodes, unlike that of any other in the file.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._blank = 0
        self._texts: list[str] = []

    def item(self, kind: str, node: str, identifier: str, title: str, **facts: str | Iterable[str]) -> str:
        """Write an item and return its node; the keywords are our properties, a value is a term or several."""
        self._texts.append(
            f'{node} {_A} <{NS}{kind}> .\n{node} {_IDENTIFIER} "{identifier}" .\n{node} {_TITLE} "{title}" .\n'
        )
        self.more(node, **facts)
        return node

    def part(self, kind: str, **facts: str | Iterable[str]) -> str:
        """Write a part that hangs below its owner and return its blank node."""
        self._blank += 1
        node = f"_:{self._name}b{self._blank}"
        self._texts.append(f"{node} {_A} <{NS}{kind}> .\n")
        self.more(node, **facts)
        return node

    def more(self, node: str, **facts: str | Iterable[str]) -> None:
        """Write further facts of `node`."""
        add = self._texts.append
        for name, value in facts.items():
            if isinstance(value, str):
                add(f"{node} <{NS}{name}> {value} .\n")
            else:
                for one in value:
                    add(f"{node} <{NS}{name}> {one} .\n")

    def lines(self) -> bytes:
        """Return all lines so far."""
        return "".join(self._texts).encode()

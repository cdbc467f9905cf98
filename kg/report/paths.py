"""Property paths in the syntax of SPARQL back to SHACL's triples."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode, Triple

from kg.rdf.names import RDF, SH, expand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["path_triples"]

_TOKEN: Final = re.compile(r"<[^<>]*>|[()/|^*+?]|[^\s()/|^*+?<>]+")
_SUFFIX: Final = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}


def path_triples(text: str, prefixes: Mapping[str, str]) -> tuple[NamedNode | BlankNode, list[Triple]]:
    """Return the node that stands for a path in SHACL, and the triples around it.

    Args:
        text: the path as findings write it: CURIEs, or IRIs in angle brackets.
        prefixes: prefix → namespace.
    """
    parser = _Parser(_TOKEN.findall(text), prefixes)
    return parser.alternatives(), parser.triples


class _Parser:
    def __init__(self, tokens: Sequence[str], prefixes: Mapping[str, str]) -> None:
        self._tokens = [*tokens, ""]
        self._at = 0
        self._prefixes = dict(prefixes)
        self.triples: list[Triple] = []

    def alternatives(self) -> NamedNode | BlankNode:
        """Read ``a|b``, what binds least."""
        choices = self._joined("|", self._sequence)
        return choices[0] if len(choices) == 1 else self._with("alternativePath", self._list(choices))

    def _sequence(self) -> NamedNode | BlankNode:
        steps = self._joined("/", self._step)
        return steps[0] if len(steps) == 1 else self._list(steps)

    def _joined(self, sign: str, part: Callable[[], NamedNode | BlankNode]) -> list[NamedNode | BlankNode]:
        found = [part()]
        while self._take(sign):
            found.append(part())
        return found

    def _step(self) -> NamedNode | BlankNode:
        if self._take("^"):
            return self._with("inversePath", self._step())
        if self._take("("):
            node: NamedNode | BlankNode = self.alternatives()
            self._take(")")
        else:
            name = self._tokens[self._at]
            self._at += 1
            node = NamedNode(name[1:-1] if name.startswith("<") else expand(name, self._prefixes) or f"urn:x:{name}")
        while self._tokens[self._at] in _SUFFIX:
            node = self._with(_SUFFIX[self._tokens[self._at]], node)
            self._at += 1
        return node

    def _take(self, sign: str) -> bool:
        found = self._tokens[self._at] == sign
        self._at += found
        return found

    def _with(self, name: str, value: NamedNode | BlankNode) -> BlankNode:
        node = BlankNode()
        self.triples.append(Triple(node, NamedNode(SH + name), value))
        return node

    def _list(self, items: Sequence[NamedNode | BlankNode]) -> NamedNode | BlankNode:
        rest: NamedNode | BlankNode = NamedNode(RDF + "nil")
        for item in reversed(items):
            node = BlankNode()
            self.triples += [
                Triple(node, NamedNode(RDF + "first"), item),
                Triple(node, NamedNode(RDF + "rest"), rest),
            ]
            rest = node
        return rest

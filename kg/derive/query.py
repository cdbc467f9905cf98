"""Derivations that are queries: a CONSTRUCT bound by its focus nodes; `kg.derive` documents the format."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import NamedNode

from kg.errors import BrokenFile
from kg.focus.footprint import Opaque
from kg.focus.touch import Everything, foci
from kg.rdf.terms import iri_values, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.derive.unit import Change, State

__all__ = ["Derivation", "QueryUnit", "parse_derivation"]

FOCUS: Final = "VALUES ?focus { }"
"""Where the focus nodes go."""

_HEADER: Final = "#+"
_TEMPLATE = re.compile(r"\bCONSTRUCT\s*\{([^}]*)\}\s*WHERE\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Derivation:
    """What the header of a derivation says.

    Attributes:
        id: its number.
        title: one line.
        description: what it says of what, and why.
        stratum: from 1; it may read what lower strata derive.
        clauses: the clauses that it serves.
    """

    id: str
    title: str
    description: str
    stratum: int
    clauses: tuple[str, ...] = ()


def parse_derivation(name: str, text: str) -> QueryUnit:
    """Return the derivation that the file `name`.rq holds.

    Raises:
        BrokenFile: it is not as `kg.derive` documents it.
    """
    file = f"{name}.rq"
    rows = text.splitlines()
    said = "\n".join(row.removeprefix(_HEADER).removeprefix(" ") for row in rows if row.startswith(_HEADER))
    query = "\n".join(row for row in rows if not row.startswith(_HEADER)).strip() + "\n"
    try:
        given = tomllib.loads(said)
    except tomllib.TOMLDecodeError as error:
        raise BrokenFile(file, f"has a `#+` header that is no TOML: {error}") from error
    head = _header(file, given)
    if query.count(FOCUS) != 1:
        raise BrokenFile(file, f"must have one `{FOCUS}` in its query, to bind it to the focus nodes of a change")
    template = _TEMPLATE.search(query)
    if template is None or not _about_focus(template[1].split()):
        raise BrokenFile(file, "must be a CONSTRUCT { ?focus … } WHERE, each triple with ?focus as its subject")
    return QueryUnit(name, head, query)


class QueryUnit:
    """A derivation by a query.

    Args:
        name: name of its file, without extension.
        head: what its header says.
        query: its text.
    """

    def __init__(self, name: str, head: Derivation, query: str) -> None:
        self.name, self.head, self.query = name, head, query

    @property
    def stratum(self) -> int:
        """Its stratum, from 1."""
        return self.head.stratum

    @cached_property
    def version(self) -> str:
        """The hash of its query."""
        return hashlib.sha256(f"{self.stratum}\n{self.query}".encode()).hexdigest()

    def foci(self, change: Change) -> set[str] | Everything:
        """Return the IRIs of the focus nodes that a change concerns, as its text tells."""
        footprint = change.footprints.query(self.query, "focus")
        if isinstance(footprint, Opaque):
            return Everything(footprint.reason)
        found = foci(footprint, change.view, change.visible)
        return found if isinstance(found, Everything) else {name for name in found if not name.startswith(_NO_IRI)}

    def derive(self, foci: set[str] | None, state: State) -> Iterator[tuple[str, set[bytes]]]:
        """Yield focus node and lines of `foci`, or of all focus nodes where it is None."""
        head, tail = self.query.split(FOCUS)
        blocks: Iterable[str] = [""] if foci is None else iri_values("focus", sorted(foci))
        for block in blocks:
            found: dict[str, set[bytes]] = {}
            for one in state.reader.construct(head + block + tail):
                if isinstance(one.subject, NamedNode):
                    lines = found.setdefault(one.subject.value, set())
                    lines.add(line(one.subject, one.predicate, one.object))
            yield from found.items()


_NO_IRI: Final = ('"', "_:", "<<")
"""How the name of a focus node begins that is a literal, a blank node or a triple."""


def _header(file: str, given: dict[str, Any]) -> Derivation:
    known = {field.name: field for field in fields(Derivation)}
    for key in given.keys() - known.keys():
        raise BrokenFile(file, f"has an unknown key {key!r} in its header; there are: {', '.join(known)}")
    for key, field in known.items():
        if key not in given and field.default is MISSING:
            raise BrokenFile(file, f"has no {key!r} in its header")
    texts = [given[key] for key in ("id", "title", "description")] + list(given.get("clauses", ()))
    if not all(isinstance(text, str) for text in texts):
        raise BrokenFile(file, "must have texts as id, title and description, and a list of texts as clauses")
    stratum = given["stratum"]
    if not isinstance(stratum, int) or stratum < 1:
        raise BrokenFile(file, f"must have a whole number from 1 as its stratum, not {stratum!r}")
    return Derivation(given["id"], given["title"], given["description"], stratum, tuple(given.get("clauses", ())))


def _about_focus(tokens: list[str]) -> bool:
    """Tell whether each statement of a template begins with ``?focus``."""
    starts = [0] + [place + 1 for place, token in enumerate(tokens) if token.endswith(".")]
    begins = [tokens[place] for place in starts if place < len(tokens)]
    return (
        bool(begins) and set(begins) == {"?focus"} and not any(token.startswith(("_:", "[", "(")) for token in tokens)
    )

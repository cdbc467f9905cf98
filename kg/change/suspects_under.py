"""What belongs to an item or hangs on it: the answer to `--under`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode

from kg.derive.spread import Spread
from kg.focus.reads import RecordingReader
from kg.rdf.names import NS

if TYPE_CHECKING:
    from kg.derive.spread_declared import Declared
    from kg.store import Reader

__all__ = ["under"]

_INTO: Final = tuple(
    NS + name
    for name in (
        "locatedIn",
        "partOfFunction",
        "partOfSafetySystem",
        "partOfSubsystem",
        "partOfSystem",
        "partOfZone",
        "requiredOf",
        "settingOf",
        "versionOf",
    )
)
"""Properties that say where something belongs."""


def under(reader: Reader, declared: Declared, item: str) -> set[str]:
    """Return an item, what belongs to it at any depth, and what would be suspect if it changed.

    To a zone belong its components, its sub-zones and what is required of them; to a component its settings and
    requirements; to a safety function its subsystems and elements. On a threat hangs all that it governs, on a
    requirement all that derives from it, verifies or answers it.

    Args:
        reader: the state.
        declared: how suspicion runs.
        item: its IRI.
    """
    found = {item}
    todo = [item]
    while todo:
        node = NamedNode(todo.pop())
        for property_ in _INTO:
            for inside in reader.subjects(NamedNode(property_), node):
                if isinstance(inside, NamedNode) and inside.value not in found:
                    found.add(inside.value)
                    todo.append(inside.value)
    return found | Spread(RecordingReader(reader), declared).walk(item).keys()

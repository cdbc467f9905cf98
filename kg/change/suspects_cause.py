"""What the change is called that makes items suspect, as the ontology declares it (``il:changeCause``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.change.suspects_then import Then
    from kg.derive.spread import Reached
    from kg.derive.spread_declared import Declared

__all__ = ["cause_of"]

_UNKNOWN = "item"


def cause_of(declared: Declared, then: Then, reached: Reached) -> str:
    """Return what a change is called.

    A property that changed and has a name for that comes before the item's class: a component whose firmware or zone
    changed. An item that is new, or gone, changed in all that it says: there the link counts by which that shows.

    Args:
        declared: what the ontology says.
        then: the item that changed.
        reached: how suspicion spreads from it.
    """
    if then.lasted:
        properties = {name for side in then.sides for name in side.path}
    else:
        properties = {reached.links[0][0]} if reached.links else set()
    named = sorted({declared.causes[name] for name in properties if name in declared.causes})
    return named[0] if named else _of_classes(declared, then.classes)


def _of_classes(declared: Declared, classes: Iterable[str]) -> str:
    """Return the name that the most specific of some classes, or of those above them, has for a change."""
    frontier = set(classes)
    names = {one: {one, *declared.above.get(one, ())} for one in frontier}
    having = {up for ups in names.values() for up in ups if up in declared.causes}
    lowest = {one for one in having if not any(one in declared.above.get(other, ()) for other in having)}
    return min((declared.causes[one] for one in lowest), default=_UNKNOWN)

"""What a project asks of those who derive facts in its commits; `kg.derive` is who does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from kg.store import Touched
from kg.values import Note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.project.config import Config
    from kg.project.history import History
    from kg.store import Changeable, Delta

__all__ = ["Context", "Derive", "Following", "Outcome", "derived_graph", "full_run", "is_derived"]

_MOST: Final = 50_000
"""A change of more lines than this is derived from in full: following each of them would cost more."""


@dataclass(frozen=True, slots=True)
class Context:
    """Of which project, and of which of its states, facts are derived.

    Attributes:
        config: the project's configuration.
        history: the changes that led to the state.
        heads: ids of the changes that led to it last.
        folder: of the index, for what is kept from run to run; None keeps nothing.
    """

    config: Config
    history: History
    heads: tuple[str, ...]
    folder: Path | None = None

    @property
    def graph(self) -> str:
        """The IRI of the graph of derived facts."""
        return derived_graph(self.config.base)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a derivation leaves behind.

    Attributes:
        mark: what to give to the next one that goes on from here.
        notes: what had to be derived anew for every item, and why.
    """

    mark: str
    notes: tuple[Note, ...] = ()


class Derive(Protocol):
    """Derives facts."""

    @property
    def digest(self) -> str:
        """A hash of how it derives: with another one all is derived anew."""

    def bring(self, state: Changeable, touched: Touched | None, mark: str, context: Context) -> Outcome:
        """Make the graph of derived facts what follows from the others.

        Args:
            state: the state, with what changed in it.
            touched: what came and went since that graph was right; None if that is not known.
            mark: what was returned when it was right; empty if that is not known.
            context: the project.
        """


class Following:
    """Derives within the commit of an index (`kg.store.Follow`).

    Args:
        derive: who derives.
        context: the project, in the state after the commit.
        notes: of the index before the commit; they tell whether the derived facts were right then.

    Attributes:
        graph: IRI of the graph of derived facts.
        told: what the user must know, once it was called.
    """

    def __init__(self, derive: Derive, context: Context, notes: Mapping[str, Any]) -> None:
        self._derive, self._context, self._notes = derive, context, notes
        self.graph = context.graph
        self.told: tuple[Note, ...] = ()

    def __call__(self, state: Changeable, deltas: Mapping[str, Delta] | None) -> dict[str, Any]:
        """Bring the derived facts forward, and return what to note with the state."""
        why = self._in_full(deltas)
        touched = Touched.by(deltas) if deltas is not None and not why else None
        mark = "" if why else str(self._notes["derived"])
        outcome = self._derive.bring(state, touched, mark, self._context)
        first = not self._notes.get("heads")
        self.told = (*(() if first or not why else (full_run(why),)), *outcome.notes)
        return {"derived": outcome.mark}

    def _in_full(self, deltas: Mapping[str, Delta] | None) -> str:
        """Return why all must be derived anew; empty where what changed is enough."""
        if self._notes.get("derivations") != self._derive.digest:
            return "how it is derived has changed"
        if "derived" not in self._notes:
            return "the last run was cut off"
        if (
            self._notes.get("base") != self._context.config.base
            or deltas is None
            or sum(map(len, deltas.values())) > _MOST
        ):
            return "much changed at once"
        return ""


def is_derived(notes: Mapping[str, Any], derive: Derive | None) -> bool:
    """Tell whether the index that has `notes` holds what `derive` would derive."""
    if derive is None:
        return "derivations" not in notes
    return notes.get("derivations") == derive.digest and "derived" in notes


def full_run(reason: str, what: str = "") -> Note:
    """Return the note that facts had to be derived anew for every item.

    Args:
        reason: why.
        what: name of the derivation; empty for all.
    """
    return Note("full-run", f"{what or 'all'} was derived anew for every item: {reason}", (what,) if what else ())


def derived_graph(base: str) -> str:
    """Return the IRI of the graph of derived facts."""
    return f"{base}graph/derived"

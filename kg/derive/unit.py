"""What a derivation is to those who run it, and to those who write one in Python."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from kg.focus.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyoxigraph import Triple

    from kg.derive.book import Book
    from kg.focus.cache import Footprints
    from kg.focus.reads import RecordingReader
    from kg.focus.touch import Everything
    from kg.project.derived import Context
    from kg.store import Reader, Touched

__all__ = ["Change", "Computation", "State", "Unit"]


class Computation(Protocol):
    """A derivation written in Python, which computes one focus node at a time.

    Attributes:
        name: short name, unique among all derivations.
        stratum: from 1; it may read what lower strata derive, and nothing of its own or of higher ones.
        version: changes when it derives something else from the same facts: all is then derived anew.
        recorded: whether a focus node runs again when what `compute` read through its reader changed. Without it only
            `concerned` tells, and nothing is recorded.
    """

    name: str
    stratum: int
    version: str
    recorded: bool

    def all(self, reader: Reader, context: Context) -> Iterable[str]:
        """Return the focus nodes of a full run: those that may have something derived, and those to be watched."""

    def concerned(self, reader: Reader, touched: Touched, context: Context) -> Iterable[str] | Everything:
        """Return the focus nodes that may derive something else after a change, beside those whose reads tell.

        Args:
            reader: the present state.
            touched: what came and went, with what lower strata derived of it.
            context: the project.
        """

    def compute(self, focus: str, reader: RecordingReader, context: Context) -> Iterable[bytes]:
        """Return what is derived for one focus node, as N-Triples lines; it follows from state and context alone."""


@dataclass(frozen=True, slots=True)
class State:
    """What a derivation runs on.

    Attributes:
        reader: the present state, with what lower strata derived.
        context: the project.
        book: what was derived before, and what was read for it.
    """

    reader: Reader
    context: Context
    book: Book


@dataclass(frozen=True)
class Change:
    """What came and went, for a derivation to find out what it concerns.

    Attributes:
        state: the present state.
        touched: what came and went.
        kept: opens what is known of what queries read, kept from run to run.
    """

    state: State
    touched: Touched
    kept: Callable[[], Footprints]

    @property
    def footprints(self) -> Footprints:
        """What queries read."""
        return self.kept()

    @cached_property
    def view(self) -> View:
        """The past and the present state together."""
        return View(self.state.reader, self.touched)

    @cached_property
    def visible(self) -> list[Triple]:
        """What came and went, each once."""
        return self.view.visible()


class Unit(Protocol):
    """A derivation of either kind, as it is run."""

    @property
    def name(self) -> str:
        """Its short name."""

    @property
    def stratum(self) -> int:
        """Its stratum, from 1."""

    @property
    def version(self) -> str:
        """A text that is another one when it derives something else from the same facts."""

    def foci(self, change: Change) -> set[str] | Everything:
        """Return the IRIs of the focus nodes for which it may derive something else after a change, or more."""

    def derive(self, foci: set[str] | None, state: State) -> Iterator[tuple[str, set[bytes]]]:
        """Yield focus node and lines: of `foci` those that have lines, or of all focus nodes where it is None."""

"""Brings the derived facts of a state forward: in full, or where a change concerns them, stratum by stratum."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from functools import cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from kg.derive.book import Book
from kg.derive.library import all_units
from kg.derive.unit import Change, State
from kg.errors import InterlockError
from kg.focus.touch import Everything
from kg.project.derived import Outcome, full_run
from kg.store import Delta, Touched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kg.derive.unit import Unit
    from kg.focus.cache import Footprints
    from kg.project.derived import Context
    from kg.store import Changeable
    from kg.values import Note

__all__ = ["Derivations"]

_FORMAT: Final = 1
"""Raised when the same derivations of the same facts give another graph."""


class Derivations:
    """The derivations that a project runs with each commit.

    Args:
        units: which; default is all that come with Interlock.
    """

    def __init__(self, units: Sequence[Unit] | None = None) -> None:
        self._given = units
        self._footprints: Footprints | None = None

    @cached_property
    def digest(self) -> str:
        """A hash of the set of derivations: with another one all is derived anew."""
        parts = [_FORMAT, *([unit.name, unit.version] for unit in self._units)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def bring(self, state: Changeable, touched: Touched | None, mark: str, context: Context) -> Outcome:
        """Make the derived graph of a state what a full run would make of it.

        Args:
            state: the state, with what changed in it.
            touched: what came and went since the derived graph was right; None runs all in full.
            mark: what was returned when it was right; empty if it never was.
            context: the project.

        Returns:
            The mark to give next time, and notes on what had to be run in full.
        """
        path = context.folder / "derive.sqlite" if context.folder else None
        book = Book(path, mark)
        try:
            run = _Run(state, context, book, partial(self._kept, context))
            if touched is None or not book.right:
                run.in_full(self._strata())
                told = [] if touched is None else [full_run("what was noted of the last run is gone")]
            else:
                told = list(run.after(touched, self._strata()))
            if self._footprints is not None:
                self._footprints.save()
            return Outcome(book.save(), tuple(told))
        except sqlite3.Error as error:
            raise InterlockError(f"{path} can't be written, delete .interlock to build it anew: {error}") from error
        finally:
            book.close()

    @cached_property
    def _units(self) -> tuple[Unit, ...]:
        units = all_units() if self._given is None else self._given
        return tuple(sorted(units, key=lambda unit: (unit.stratum, unit.name)))

    def _strata(self) -> Iterator[list[Unit]]:
        return (list(units) for _, units in groupby(self._units, lambda unit: unit.stratum))

    def _kept(self, context: Context) -> Footprints:
        """Open what is known of the queries: to read one takes far longer than to look it up."""
        if self._footprints is None:
            from kg.focus.cache import Footprints

            self._footprints = Footprints(context.folder / "footprints.json" if context.folder else None)
        return self._footprints


class _Run:
    def __init__(self, state: Changeable, context: Context, book: Book, kept: Callable[[], Footprints]) -> None:
        self._state, self._book, self._kept = state, book, kept
        self._graph = context.graph
        self._here = State(state.reader, context, book)

    def in_full(self, strata: Iterator[list[Unit]]) -> None:
        """Derive all anew, as if nothing had been derived before."""
        self._book.anew()
        if old := list(self._state.lines(self._graph)):
            self._apply(Delta(removed=old))
        for units in strata:
            found: set[bytes] = set()
            for unit in units:
                for focus, lines in unit.derive(None, self._here):
                    self._book.put(unit.name, focus, lines | self._book.lines(unit.name, focus))
                    found |= lines
            self._apply(Delta(sorted(found)))

    def after(self, touched: Touched, strata: Iterator[list[Unit]]) -> Iterator[Note]:
        """Derive again what a change concerns; yield a note for each derivation that had to be run in full."""
        for units in strata:
            change = Change(self._here, touched, self._kept)  # reads are kept in it: each stratum has its own
            come: set[bytes] = set()
            gone: set[bytes] = set()
            for unit in units:
                foci = unit.foci(change)
                if isinstance(foci, Everything):
                    yield full_run(foci.reason, unit.name)
                self._again(unit, None if isinstance(foci, Everything) else foci, come, gone)
            gone = {line for line in gone - come if not self._book.has(line)}
            touched = touched.and_then(self._apply(Delta(sorted(come), sorted(gone))))

    def _again(self, unit: Unit, foci: set[str] | None, come: set[bytes], gone: set[bytes]) -> None:
        """Run one derivation for `foci`, in full where that is None; put what its lines gain and lose there."""
        if foci is not None and not foci:
            return
        found: dict[str, set[bytes]] = {}
        for focus, lines in unit.derive(foci, self._here):
            found.setdefault(focus, set()).update(lines)
        for focus in self._book.foci(unit.name) | found.keys() if foci is None else foci:
            before, now = self._book.lines(unit.name, focus), found.get(focus, set())
            if before != now:
                come |= now - before
                gone |= before - now
                self._book.put(unit.name, focus, now)

    def _apply(self, delta: Delta) -> Touched:
        return self._state.apply({self._graph: delta}) if delta else Touched()

"""What the rules of today find in two states, judged for one day: what is new and what is cured."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from kg.focus.cache import Footprints
from kg.rules.standing import StandingCheck
from kg.rules.standing_open import open_standing
from kg.rules.standing_source import SnapshotSource
from kg.rules.standing_state import StandingState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kg.change.difference_states import States
    from kg.rules.rule import RuleSet
    from kg.store import SnapshotReader, Touched
    from kg.values import Finding, Findings, Note

__all__ = ["compare_findings"]


def compare_findings(
    states: States, rules: RuleSet, day: date
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Note, ...]]:
    """Return the findings that are new, those that are cured, and what the reader must know.

    The cost follows what is otherwise: what is known of the present state is kept, and brought to the other ones.

    Args:
        states: the two states.
        rules: what to judge by.
        day: the day to judge both by, so that no finding comes from the calendar alone.

    Raises:
        BrokenFile: a rule does not compile.
        InterlockError: the engine could not finish.
    """
    old, new = (_found(states, reader, rules, day) for reader in (states.before, states.after))
    known, present = ({finding.fingerprint for finding in found.items} for found in (old, new))
    notes = tuple(dict.fromkeys(note for found in (old, new) for note in found.notes))
    return (
        tuple(finding for finding in new.items if finding.fingerprint not in known),
        tuple(finding for finding in old.items if finding.fingerprint not in present),
        notes,
    )


def _found(states: States, reader: SnapshotReader, rules: RuleSet, day: date) -> Findings:
    config, folder = states.project.config, states.project.index_folder
    standing = open_standing(folder, config.prefixes, config.settings.number("lock-wait-seconds"))
    present = SnapshotSource(states.present)
    if reader.manifest.id == present.id:
        return standing.check(present, rules, as_of=day)
    try:
        standing.bring(present, rules, as_of=day)
    except sqlite3.Error:  # nothing is kept then, and all is judged
        return StandingCheck(StandingState(), Footprints(folder / "footprints.json"), config.prefixes).check(
            SnapshotSource(reader), rules, as_of=day
        )
    with TemporaryDirectory() as scratch:
        copy = Path(scratch, "check.sqlite")
        with closing(sqlite3.connect(folder / copy.name)) as kept, closing(sqlite3.connect(copy)) as begun:
            kept.backup(begun)
        source = _Elsewhere(reader, present.id, states.touched_from_present(reader))
        state = StandingState(copy)
        return StandingCheck(state, Footprints(folder / "footprints.json"), config.prefixes).check(
            source, rules, as_of=day
        )


class _Elsewhere(SnapshotSource):
    """A state that is reached from the present one, as if it came after that.

    Args:
        reader: reads it.
        present: id of the present state.
        touched: what came and went on the way.
    """

    def __init__(self, reader: SnapshotReader, present: str, touched: Touched) -> None:
        super().__init__(reader)
        self._present, self._touched = present, touched

    def newest(self) -> bool:
        """Return True: nothing is kept of it anywhere else."""
        return True

    def since(self, state: str) -> Touched | None:
        """Return what came and went since the present state."""
        return self._touched if state == self._present else None

    def facts(self) -> Iterable[bytes]:  # type: ignore[override]  # an iterator is one
        """Yield all facts as chunks of N-Triples."""
        return self.reader.facts()

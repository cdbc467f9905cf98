"""What was found so far, per rule and focus node, in one SQLite file that several processes may use at once."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kg.rules.results import Result
from kg.store.written import canonical_term
from kg.values import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["RuleState", "StandingState"]

_FORMAT: Final = 1
"""Version of the tables; a file of another version is begun anew."""

_TABLES: Final = """
    CREATE TABLE rule (
        number INTEGER PRIMARY KEY, iri TEXT UNIQUE, digest TEXT, state TEXT, sequence INTEGER, day TEXT, dated INTEGER,
        idle INTEGER
    );
    CREATE TABLE result (
        rule INTEGER, focus TEXT, value TEXT, path TEXT, component TEXT, severity TEXT, message TEXT,
        PRIMARY KEY (rule, focus, value, path, component, severity, message)
    ) WITHOUT ROWID;
    CREATE TABLE defined (iri TEXT PRIMARY KEY, space TEXT, closes INTEGER) WITHOUT ROWID;
    CREATE TABLE stray (
        term TEXT, place TEXT, path TEXT, subject TEXT, uses INTEGER, PRIMARY KEY (term, place, path, subject)
    ) WITHOUT ROWID;
    CREATE TABLE seen (digest TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class RuleState:
    """Up to where one rule was brought.

    Attributes:
        iri: IRI of the rule.
        digest: of everything that the rule says.
        state: id of the state of the facts that its results speak of.
        sequence: number of the commit that led to that state.
        day: the day for which it judged, as in ISO 8601.
        dated: whether another day may give other results.
        idle: whether it selects nothing.
    """

    iri: str
    digest: str
    state: str
    sequence: int
    day: str
    dated: bool
    idle: bool


class StandingState:
    """What was found so far.

    Args:
        path: the file, made where it is missing; None: in memory, for this process alone.
        wait: how long to wait for another process that writes, in seconds.
    """

    def __init__(self, path: Path | None = None, wait: float = 10.0) -> None:
        self._base = sqlite3.connect(path or ":memory:", timeout=wait, isolation_level=None)
        if path is not None:
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
        if self._one("PRAGMA user_version") != _FORMAT:
            with self.writing():
                self._begin_anew()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of the file throughout, whoever writes."""
        yield from self._within("BEGIN")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Change the file, alone; nothing of it stays where the block raises."""
        yield from self._within("BEGIN IMMEDIATE")

    def rules(self) -> dict[str, RuleState]:
        """Return the IRI of each rule that ever ran → up to where it was brought."""
        rows = self._base.execute("SELECT iri, digest, state, sequence, day, dated, idle FROM rule")
        return {
            iri: RuleState(iri, digest, state, sequence, day, bool(dated), bool(idle))
            for iri, digest, state, sequence, day, dated, idle in rows
        }

    def put(self, rules: Iterable[RuleState]) -> None:
        """Note up to where rules were brought."""
        self._base.executemany(
            "INSERT INTO rule (iri, digest, state, sequence, day, dated, idle) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (iri) DO UPDATE SET digest = excluded.digest, state = excluded.state,"
            " sequence = excluded.sequence, day = excluded.day, dated = excluded.dated, idle = excluded.idle",
            [(r.iri, r.digest, r.state, r.sequence, r.day, int(r.dated), int(r.idle)) for r in rules],
        )

    def forget(self, rules: Iterable[str]) -> None:
        """Drop all results of rules."""
        self._base.executemany("DELETE FROM result WHERE rule = ?", [(number,) for _, number in self._numbered(rules)])

    def forget_foci(self, foci: Mapping[str, Iterable[str]]) -> None:
        """Drop the results of rules at some focus nodes.

        Args:
            foci: IRI of each rule → IRIs without brackets, literals in the store's canonical form.
        """
        for rule, number in self._numbered(foci):
            gone = {f"<{focus}>" for focus in foci[rule]}
            literals = {focus for focus in foci[rule] if focus.startswith('"')}
            if literals:
                rows = self.rows("SELECT DISTINCT focus FROM result WHERE rule = ? AND focus LIKE '\"%'", (number,))
                gone |= {text for (text,) in rows if canonical_term(text) in literals}
            self.change("DELETE FROM result WHERE rule = ? AND focus = ?", [(number, focus) for focus in gone])

    def add(self, results: Iterable[Result]) -> None:
        """Add results of rules that were `put`; one that is there already stays once."""
        number = dict(self._base.execute("SELECT iri, number FROM rule"))
        self._base.executemany(
            "INSERT OR IGNORE INTO result VALUES (?, ?, ?, ?, ?, ?, ?)",
            sorted((number[one.rule], *one[1:]) for one in results),
        )

    def results(self, rules: Iterable[str]) -> list[Result]:
        """Return the results of rules, in a stable order."""
        found: list[Result] = []
        for rule, number in self._numbered(rules):
            rows = self._base.execute(
                "SELECT focus, value, path, component, severity, message FROM result WHERE rule = ?", (number,)
            )
            found += [Result(rule, f, v, path, c, Severity(s), message) for f, v, path, c, s, message in rows]
        return found

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one SQL query."""
        return self._base.execute(query, values).fetchall()

    def change(self, statement: str, rows: Iterable[Sequence[Any]] = ((),)) -> None:
        """Run one SQL statement for each of `rows`."""
        self._base.executemany(statement, rows)

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _numbered(self, rules: Iterable[str]) -> list[tuple[str, int]]:
        number = dict(self._base.execute("SELECT iri, number FROM rule"))
        return [(rule, number[rule]) for rule in rules if rule in number]

    def _within(self, begin: str) -> Iterator[None]:
        self._base.execute(begin)
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    def _begin_anew(self) -> None:
        if self._one("PRAGMA user_version") == _FORMAT:  # another process was faster
            return
        for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            self._base.execute(f'DROP TABLE "{name}"')
        for statement in _TABLES.split(";"):
            self._base.execute(statement)
        self._base.execute(f"PRAGMA user_version = {_FORMAT}")

    def _one(self, query: str) -> Any:
        return self._base.execute(query).fetchone()[0]

"""Every error that Interlock raises on purpose.

    InterlockError            could not finish                              exit 3
    ├── Busy                  another process holds the project's lock      exit 3
    ├── LimitExceeded         a time, memory or size limit was reached      exit 3
    ├── StaleDecision         what was decided about says something else    exit 1
    └── InputError            what the user gave is wrong                   exit 2
        ├── BrokenFile        a file does not parse or is not what it says  exit 2
        ├── UnknownItem       no item has that name                         exit 2
        └── AmbiguousItem     several items have that name                  exit 2

A message is one line: what is wrong, where, and what would be right. The command line prints it as it is and exits
with ``exit_code``; HTTP turns it into one JSON shape with ``code``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AmbiguousItem",
    "BrokenFile",
    "Busy",
    "InputError",
    "InterlockError",
    "LimitExceeded",
    "StaleDecision",
    "UnknownItem",
]


class InterlockError(Exception):
    """Interlock could not finish what it was asked to do."""

    exit_code = 3
    code = "could-not-finish"

    def __str__(self) -> str:
        """Return the message as one line, whatever an engine put into it."""
        return " ".join(super().__str__().split())


class Busy(InterlockError):
    """Another process holds the project's lock and did not let go in time."""

    code = "busy"


class LimitExceeded(InterlockError):
    """A time, memory or size limit was reached; the message names the limit and the setting that raises it."""

    code = "limit-exceeded"


class StaleDecision(InterlockError):
    """What a decision was made about says something else by now; nothing was stored.

    It is a finding, not a wrong use: whoever decided has to look again, at both sides.
    """

    exit_code = 1
    code = "stale-decision"


class InputError(InterlockError):
    """Something the user gave is wrong; the message says what would be right."""

    exit_code = 2
    code = "bad-input"


class BrokenFile(InputError):
    """A file does not parse, or is not of the kind it claims to be.

    Args:
        path: the file as the user named it.
        what: what is wrong, and what would be right.
        line: line of the fault, from 1, where it is known.
        column: column of the fault, from 1, where it is known.
    """

    code = "broken-file"

    def __init__(self, path: str, what: str, *, line: int | None = None, column: int | None = None) -> None:
        place = path + (f":{line}" if line is not None else "") + (f":{column}" if column is not None else "")
        super().__init__(f"{place}: {what}")
        self.path, self.what, self.line, self.column = path, what, line, column


class UnknownItem(InputError):
    """No item has the given IRI, CURIE or identifier.

    Args:
        name: what the user asked for.
        nearest: identifiers that look like it, best first.
    """

    code = "unknown-item"

    def __init__(self, name: str, nearest: Sequence[str] = ()) -> None:
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"no item is called {name!r}{hint}")
        self.name, self.nearest = name, tuple(nearest)


class AmbiguousItem(InputError):
    """Several items share the given identifier.

    Args:
        name: what the user asked for.
        candidates: the IRIs or CURIEs that it could mean; naming one of them is right.
    """

    code = "ambiguous-item"

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        super().__init__(f"{name!r} is ambiguous, name one of: {', '.join(candidates)}")
        self.name, self.candidates = name, tuple(candidates)

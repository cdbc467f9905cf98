"""The one table of settings: it feeds the parser of ``interlock.toml``, the docs and ``--help``."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SETTINGS", "Setting", "Settings"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a project may set under ``[settings]``.

    Attributes:
        name: the key in ``interlock.toml``.
        default: its value where the project says nothing; its type is the type that the key takes.
        least: smallest value allowed; None where any is, and for texts and switches.
        help: one sentence for people, with the unit.
    """

    name: str
    default: float | int | str | bool
    least: float | None
    help: str

    @property
    def kind(self) -> str:
        """Return what the key takes, for people."""
        match self.default:
            case bool():
                return "true or false"
            case int():
                return "a whole number"
            case float():
                return "a number"
            case _:
                return "a text"

    def check(self, value: object, place: str) -> float | int | str | bool:
        """Return `value` if it fits.

        Args:
            value: as TOML gave it.
            place: the file, for the error.

        Raises:
            InputError: it is of another type, or too small.
        """
        if isinstance(self.default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not type(self.default) or not isinstance(value, float | int | str | bool):
            raise InputError(f"{place}: setting {self.name!r} must be {self.kind}, not {value!r}")
        if self.least is not None and isinstance(value, float | int) and not value >= self.least:
            raise InputError(f"{place}: setting {self.name!r} must be at least {self.least:g}, not {value!r}")
        most = _MOST_SECONDS if isinstance(self.default, float) else _MOST
        if isinstance(value, float | int) and value > most:
            raise InputError(f"{place}: setting {self.name!r} must be at most {most:g}, not {value!r}")
        return value


_MIB: Final = 1 << 20
_MOST: Final = 1 << 62
_MOST_SECONDS: Final = 1e9
"""Some thirty years: clocks and limits of the system overflow beyond."""

SETTINGS: Final = (
    Setting("lock-wait-seconds", 10.0, 0, "how long a command waits for another one that commits, in seconds"),
    Setting("snapshots-kept", 5, 1, "how many snapshots of the index are kept beside those in use"),
    Setting("parse-seconds", 120.0, 1, "longest time to parse one source, in seconds"),
    Setting("parse-memory", 4096 * _MIB, 64 * _MIB, "most memory to parse one source, in bytes"),
    Setting("parse-size", 2048 * _MIB, 1, "largest source, in bytes"),
    Setting("parse-document", 64 * _MIB, 1, "largest source that is a JSON document read as a whole, in bytes"),
    Setting("parse-depth", 256, 1, "levels that brackets, elements or JSON values of a source may nest"),
    Setting("blank-node-count", 2000, 0, "most shared or cyclic blank nodes in one source"),
    Setting("blank-node-seconds", 10.0, 1, "longest time to tell such blank nodes of a source apart, in seconds"),
    Setting("query-seconds", 30.0, 0.1, "longest time for one ad-hoc query, in seconds"),
    Setting("query-memory", 2048 * _MIB, 64 * _MIB, "most memory for one ad-hoc query, in bytes"),
    Setting("query-rows", 100_000, 1, "most rows that an ad-hoc query may give"),
    Setting("query-size", 64 * _MIB, _MIB, "largest answer to an ad-hoc query, in bytes"),
    Setting("server-workers", 2, 1, "ad-hoc queries that the server answers at once, and likewise stored questions"),
)
"""Every setting, in the order in which people read them."""

_BY_NAME: Final = {setting.name: setting for setting in SETTINGS}


class Settings:
    """The settings of one project.

    Args:
        given: what the project sets, as TOML gave it.
        place: the file, for errors.

    Raises:
        InputError: an unknown setting, or a value that does not fit.
    """

    def __init__(self, given: Mapping[str, object] | None = None, place: str = "interlock.toml") -> None:
        self._values: dict[str, float | int | str | bool] = {s.name: s.default for s in SETTINGS}
        for name, value in (given or {}).items():
            setting = _BY_NAME.get(name)
            if setting is None:
                raise InputError(unknown_key(place, "setting", name, _BY_NAME))
            self._values[name] = setting.check(value, place)

    def number(self, name: str) -> float:
        """Return the value of a setting that takes a number."""
        return float(self._values[name])

    def whole(self, name: str) -> int:
        """Return the value of a setting that takes a whole number."""
        return int(self._values[name])

    def items(self) -> tuple[tuple[str, float | int | str | bool], ...]:
        """Return name and value of every setting, in the order of the table."""
        return tuple(self._values.items())


def unknown_key(place: str, what: str, name: str, known: Mapping[str, object] | set[str]) -> str:
    """Return the one line for a key that nobody knows, with the nearest that somebody does."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(known))}"
    return f"{place}: unknown {what} {name!r}; {hint}"

"""Reading JSON that nobody vouches for: limited, type by type, every error with its place as a JSON pointer."""

from __future__ import annotations

import json
import re
import stat
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kg.errors import BrokenFile, LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kg.rdf.guard import Limits

__all__ = ["Place", "load"]

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_TYPES: Final = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}
_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def load(path: Path, shown: str, limits: Limits) -> Json:
    """Read a JSON file.

    Args:
        path: the file.
        shown: its name in errors.
        limits: `Limits.document` bytes and `Limits.depth` levels at most.

    Raises:
        BrokenFile: it is missing, no file, no UTF-8, or no JSON.
        LimitExceeded: it is too large or nested too deeply.
    """
    data = _read(path, shown, limits.document)
    try:
        document: Json = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as wrong:
        what = f"is not UTF-8 (byte 0x{data[wrong.start]:02X} at {wrong.start}); save it in UTF-8"
        raise BrokenFile(shown, what) from None
    except json.JSONDecodeError as wrong:
        raise BrokenFile(shown, f"is no JSON: {wrong.msg}", line=wrong.lineno, column=wrong.colno) from None
    except ValueError as wrong:  # a number of more digits than Python converts, or NaN
        raise BrokenFile(shown, f"is no JSON: {wrong}") from None
    except RecursionError:
        raise _too_deep(shown, limits) from None
    if _deeper(document, limits.depth):
        raise _too_deep(shown, limits)
    return document


def _read(path: Path, shown: str, size: int) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise BrokenFile(shown, "is no regular file; a JSON document was expected")
        with path.open("rb") as file:
            data = file.read(min(facts.st_size, size) + 1)
    except FileNotFoundError:
        raise BrokenFile(shown, "there is no such file") from None
    except OSError as wrong:
        raise BrokenFile(shown, f"can't be read: {wrong.strerror}") from None
    if len(data) > size:
        raise LimitExceeded(f"{shown}: is larger than {size >> 20} MiB; the setting parse-document raises the limit")
    if not data or data.isspace():
        raise BrokenFile(shown, "is empty; a JSON document was expected")
    return data


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _too_deep(shown: str, limits: Limits) -> LimitExceeded:
    return LimitExceeded(f"{shown}: nests deeper than {limits.depth} levels; the setting parse-depth raises the limit")


def _deeper(document: Json, depth: int) -> bool:
    level: list[Any] = [document]
    for _ in range(depth + 1):
        level = [
            child
            for value in level
            for child in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


class Place:
    """An object of a JSON document, with the pointer that leads to it.

    Args:
        value: the object.
        file: name of the file, for errors.
        kind: what the document is, for errors: "CSAF document".
        pointer: JSON pointer of `value` (RFC 6901).
    """

    __slots__ = ("file", "kind", "pointer", "value")

    def __init__(self, value: Json, file: str, kind: str, pointer: str = "") -> None:
        self.file, self.kind, self.pointer = file, kind, pointer
        if not isinstance(value, dict):
            raise self._wrong(pointer, value, "an object")
        self.value: dict[str, Json] = value

    def broken(self, what: str, key: str = "") -> BrokenFile:
        """Return an error about `key` of this object, or about the object itself."""
        return BrokenFile(self.file, f"{self._pointer(key) if key else self.pointer or '/'}: {what}")

    def where(self, key: str = "") -> str:
        """Return file and pointer, for a caveat."""
        return f"{self.file}: {self._pointer(key) if key else self.pointer or '/'}"

    def __contains__(self, key: str) -> bool:
        return self.value.get(key) is not None

    def object(self, key: str) -> Place:
        """Return the object under `key`; it must be there."""
        return Place(self._needed(key), self.file, self.kind, self._pointer(key))

    def maybe(self, key: str) -> Place | None:
        """Return the object under `key`, None where there is none."""
        return self.object(key) if key in self else None

    def objects(self, key: str) -> Iterator[Place]:
        """Yield the objects of the array under `key`; none where there is no array."""
        for number, value in enumerate(self._array(key)):
            yield Place(value, self.file, self.kind, f"{self._pointer(key)}/{number}")

    def text(self, key: str) -> str:
        """Return the string under `key`; it must be there and hold more than white space."""
        return self._text(self._needed(key), self._pointer(key))

    def maybe_text(self, key: str) -> str | None:
        """Return the string under `key`, None where there is none."""
        return self.text(key) if key in self else None

    def texts(self, key: str) -> list[str]:
        """Return the strings of the array under `key`; empty where there is no array."""
        return [self._text(value, f"{self._pointer(key)}/{number}") for number, value in enumerate(self._array(key))]

    def flag(self, key: str) -> bool:
        """Return the boolean under `key`, False where there is none."""
        value = self.value.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(self._pointer(key), value, "true or false")
        return value

    def number(self, key: str) -> float:
        """Return the number under `key`; it must be there."""
        value = self._needed(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(self._pointer(key), value, "a number")
        return value

    def date_time(self, key: str) -> str:
        """Return the date and time under `key` as ``xsd:dateTime`` writes it; it must be there."""
        text = self.text(key).upper()
        try:
            datetime.fromisoformat(text)
        except ValueError:
            text = ""
        if not _DATE_TIME.fullmatch(text):
            raise self.broken(f"{self.text(key)!r} is no date and time; 2026-01-31T09:00:00Z would be right", key)
        return text

    def maybe_date_time(self, key: str) -> str | None:
        """Return the date and time under `key`, None where there is none."""
        return self.date_time(key) if key in self else None

    def _pointer(self, key: str) -> str:
        return f"{self.pointer}/{key.replace('~', '~0').replace('/', '~1')}"

    def _needed(self, key: str) -> Json:
        if key not in self:
            raise self.broken(f"missing, a {self.kind} must have one", key)
        return self.value[key]

    def _array(self, key: str) -> list[Json]:
        value = self.value.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(self._pointer(key), value, "an array")
        return value

    def _text(self, value: Json, pointer: str) -> str:
        if not isinstance(value, str):
            raise self._wrong(pointer, value, "a string")
        if not value.strip():
            raise BrokenFile(self.file, f"{pointer}: is blank, a {self.kind} must have a text here")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise BrokenFile(self.file, f"{pointer}: holds half of a surrogate pair, which is no character")
        return value

    def _wrong(self, pointer: str, value: Json, right: str) -> BrokenFile:
        return BrokenFile(self.file, f"{pointer or '/'}: is {_TYPES[type(value)]}, {right} was expected")

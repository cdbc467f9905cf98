"""``interlock.toml``: what a project is called, where its sources are, and what it sets."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kg.errors import BrokenFile, InputError
from kg.project.settings import Settings, unknown_key
from kg.rdf.names import PREFIXES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FILE", "Config", "SourceEntry", "read_config", "source_entry"]

FILE: Final = "interlock.toml"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]*')
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One ``[[source]]``.

    Attributes:
        name: its name; files of a pattern are called ``<name>/<stem>``.
        path: file or pattern, relative to the project's folder.
        kind: what importer reads it; ``auto`` to tell by the file.
    """

    name: str
    path: str
    kind: str = "auto"

    @property
    def is_pattern(self) -> bool:
        """Return whether `path` may match several files."""
        return any(sign in self.path for sign in "*?[")


@dataclass(frozen=True, slots=True)
class Config:
    """What ``interlock.toml`` says.

    Attributes:
        base: IRI below which the project's own things are named; ends in ``/`` or ``#``.
        title: what people call the project.
        sources: the sources, in the file's order.
        methods: method of each kind, such as ``risk`` → its name; kept for the rules that ask for it.
        profile: name of the profile of rules; empty for the default one.
        rules: patterns of the project's own rule files, relative to its folder.
        prefixes: the project's own prefixes → namespaces.
        settings: the settings.
    """

    base: str
    title: str = ""
    sources: tuple[SourceEntry, ...] = ()
    methods: dict[str, str] = field(default_factory=dict)
    profile: str = ""
    rules: tuple[str, ...] = ()
    own_prefixes: dict[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    @property
    def prefixes(self) -> dict[str, str]:
        """Return all prefixes for people's input and output; the empty one is the project's base."""
        return {**PREFIXES, **self.own_prefixes, "": self.base}


def read_config(path: Path) -> Config:
    """Return what the file at `path` says.

    Raises:
        BrokenFile: it is no TOML.
        InputError: a key is unknown, missing or of the wrong type; the message says what would be right.
    """
    place = path.name
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (None, None)
        what = re.sub(r" \(at .*\)$", "", str(error))
        raise BrokenFile(place, f"is no valid TOML: {what}", line=line, column=column) from error
    except RecursionError as error:
        raise BrokenFile(place, "nests its brackets too deep") from error
    except UnicodeDecodeError as error:
        raise BrokenFile(place, f"is no UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error
    _known(place, "key", data, {"project", "source", "methods", "profile", "rules", "prefixes", "settings"})
    project = _table(place, data, "project")
    _known(place, "key of [project]", project, {"base", "title"})
    base = _text(place, project, "base", where="[project]")
    if not _IRI.fullmatch(base) or not base.endswith(("/", "#")):
        raise InputError(f"{place}: base {base!r} must be an absolute IRI that ends in '/' or '#'")
    sources = data.get("source", [])
    if not isinstance(sources, list):
        raise InputError(f"{place}: sources are written as [[source]], with two brackets")
    entries = tuple(source_entry(place, entry) for entry in sources)
    names = [entry.name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{place}: two sources are called {name!r}; each needs a name of its own")
    return Config(
        base,
        _text(place, project, "title", where="[project]", default=""),
        entries,
        _texts(place, data, "methods"),
        _text(place, data, "profile", where="the file", default=""),
        _rule_patterns(place, data),
        _prefixes(place, data),
        Settings(_table(place, data, "settings"), place),
    )


def source_entry(place: str, data: object) -> SourceEntry:
    """Return the ``[[source]]`` that TOML gave as `data`.

    Raises:
        InputError: it is not as it must be.
    """
    if not isinstance(data, dict):
        raise InputError(f"{place}: sources are written as [[source]], with two brackets")
    _known(place, "key of [[source]]", data, {"name", "path", "kind"})
    name = _text(place, data, "name", where="[[source]]")
    if not _NAME.fullmatch(name):
        raise InputError(f"{place}: source name {name!r} must be letters, digits, '.', '_' and '-'")
    path = _text(place, data, "path", where=f"source {name!r}")
    if not _is_inside(path):
        raise InputError(f"{place}: path {path!r} of source {name!r} must lie inside the project's folder")
    _check_pattern(place, path)
    return SourceEntry(name, path, _text(place, data, "kind", where=f"source {name!r}", default="auto"))


def _known(place: str, what: str, data: dict[str, Any], known: set[str]) -> None:
    for name in data:
        if name not in known:
            raise InputError(unknown_key(place, what, name, known))


def _table(place: str, data: dict[str, Any], name: str) -> dict[str, Any]:
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise InputError(f"{place}: {name!r} must be a table, [{name}]")
    return table


def _text(place: str, data: dict[str, Any], name: str, *, where: str, default: str | None = None) -> str:
    value = data.get(name, default)
    if value is None:
        raise InputError(f'{place}: {where} has no {name!r}; write {name} = "…"')
    if not isinstance(value, str):
        raise InputError(f"{place}: {name!r} of {where} must be a text, not {value!r}")
    return value


def _texts(place: str, data: dict[str, Any], name: str) -> dict[str, str]:
    table = _table(place, data, name)
    return {key: _text(place, table, key, where=f"[{name}]") for key in table}


def _rule_patterns(place: str, data: dict[str, Any]) -> tuple[str, ...]:
    table = _table(place, data, "rules")
    _known(place, "key of [rules]", table, {"paths"})
    patterns = table.get("paths", [])
    if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
        raise InputError(f"{place}: 'paths' of [rules] must be a list of texts, such as [\"rules/*.ttl\"]")
    for pattern in patterns:
        if not _is_inside(pattern):
            raise InputError(f"{place}: path {pattern!r} of [rules] must lie inside the project's folder")
        _check_pattern(place, pattern)
    return tuple(patterns)


def _is_inside(path: str) -> bool:
    return bool(path) and not path.startswith("/") and ".." not in path.split("/")


def _check_pattern(place: str, path: str) -> None:
    if any("**" in part and part != "**" for part in path.split("/")):
        raise InputError(f"{place}: in the path {path!r}, ** must stand between slashes, such as model/**/*.ttl")
    if "\0" in path:
        raise InputError(f"{place}: the path {path!r} holds a NUL character, which no file's name has")


def _prefixes(place: str, data: dict[str, Any]) -> dict[str, str]:
    prefixes = _texts(place, data, "prefixes")
    for prefix in prefixes:
        if not _PREFIX.fullmatch(prefix) or prefix in PREFIXES:
            why = "is one of Interlock's own" if prefix in PREFIXES else "is no prefix"
            raise InputError(f"{place}: {prefix!r} under [prefixes] {why}; choose another")
        if not _IRI.fullmatch(prefixes[prefix]):
            raise InputError(f"{place}: prefix {prefix!r} must stand for an absolute IRI, not {prefixes[prefix]!r}")
    return prefixes

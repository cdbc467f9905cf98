"""The source files of a project, what they hash to, and how they become facts."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote, unquote

from kg.errors import InputError
from kg.project.config import FILE
from kg.rdf.guard import Limits, Request, parse_files
from kg.values import Note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kg.project.config import Config, SourceEntry

__all__ = [
    "Converted",
    "Converter",
    "Source",
    "StatCache",
    "find_sources",
    "graph_of",
    "hash_file",
    "idle_patterns",
    "name_of",
    "parse_limits",
    "read_rdf",
]

_FRESH: Final = 2_000_000_000
"""Nanoseconds for which the times of a file prove nothing: it may change again within its clock's resolution."""


_KEY: Final = 4
"""How many facts of a file tell that it is the same: size, two times, inode."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source file.

    Attributes:
        name: name of the source.
        path: the file.
        kind: name of the importer that reads it; empty to tell by the file.
        shown: the file as people see it, relative to the project's folder.

    Raises:
        InputError: the file's name is no text: no IRI and no record could hold it.
    """

    name: str
    path: Path
    kind: str
    shown: str

    def __post_init__(self) -> None:
        """Refuse a name of bytes in another encoding."""
        try:
            self.shown.encode()
        except UnicodeEncodeError:
            raise InputError(f"the name of the file {self.shown!a} is no UTF-8: rename it") from None


class Converted(Protocol):
    """The facts of one source."""

    @property
    def lines(self) -> list[bytes]:
        """N-Triples lines; blank nodes are given IRIs later."""

    @property
    def caveats(self) -> Sequence[Any]:
        """What was left out or read with a guess: each has ``where`` and ``what``, two texts."""


class Converter(Protocol):
    """Turns source files into facts, in their order; raises InputError for a file that it can't read."""

    def __call__(self, sources: Sequence[Source], base: str, limits: Limits) -> Sequence[Converted]:
        """Return the facts of each of `sources`; relative IRIs resolve against `base`."""


@dataclass(frozen=True, slots=True)
class _Facts:
    lines: list[bytes]
    caveats: tuple[Any, ...] = ()


def read_rdf(sources: Sequence[Source], base: str, limits: Limits) -> list[_Facts]:
    """Convert sources that are RDF: the converter of a project that was given no other."""
    requests = [Request(one.path, None, base, one.shown) for one in sources]
    return [_Facts(parsed.lines) for parsed in parse_files(requests, limits=limits, merge_graphs=True)]


def parse_limits(config: Config) -> Limits:
    """Return the limits of parsing that the project sets."""
    settings = config.settings
    return Limits(
        seconds=settings.number("parse-seconds"),
        memory=settings.whole("parse-memory"),
        size=settings.whole("parse-size"),
        document=settings.whole("parse-document"),
        depth=settings.whole("parse-depth"),
    )


def graph_of(base: str, name: str) -> str:
    """Return the IRI of the graph that holds the facts of source `name`."""
    return f"{base}graph/source/{quote(name, safe='/')}"


def name_of(graph: str) -> str:
    """Return the name of the source whose facts a graph holds."""
    return unquote(graph.partition("graph/source/")[2])


def find_sources(root: Path, config: Config) -> list[Source]:
    """Return the source files that there are, in the order of the configuration.

    Raises:
        InputError: a file that is named is missing, or two files would have the same name.
    """
    found: dict[str, Source] = {}
    for entry in config.sources:
        for one in _matches(root, entry):
            other = found.setdefault(one.name, one)
            if other is not one:
                raise InputError(
                    f"{FILE}: {other.shown} and {one.shown} would both be the source {one.name!r}: rename one of them"
                )
    return list(found.values())


def idle_patterns(root: Path, config: Config) -> tuple[Note, ...]:
    """Return a note for each pattern of sources that no file fits: a misspelt one checks an empty plant."""
    idle = [entry for entry in config.sources if entry.is_pattern and not _matches(root, entry)]
    return tuple(
        Note("source-without-file", f"{FILE}: no file fits {entry.path!r} of the source {entry.name!r}", (entry.name,))
        for entry in idle
    )


def _matches(root: Path, entry: SourceEntry) -> list[Source]:
    kind = "" if entry.kind == "auto" else entry.kind
    if not entry.is_pattern:
        path = root / entry.path
        if not path.is_file():
            raise InputError(
                f"{FILE}: source {entry.name!r} names {entry.path}, which is no file: put it back, or remove the entry"
            )
        return [Source(entry.name, path, kind, entry.path)]
    paths = sorted(path for path in root.glob(entry.path) if path.is_file() and _is_source(path.relative_to(root)))
    return [Source(f"{entry.name}/{p.stem}", p, kind, str(p.relative_to(root))) for p in paths]


def _is_source(path: Path) -> bool:
    """Tell a file that a pattern may mean from what is hidden, the index among it, and from the records."""
    return path.parts[0] != "record" and not any(part.startswith(".") for part in path.parts)


def hash_file(path: Path) -> str:
    """Return ``sha256:`` and the hash of a file; OSError where it can't be read."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


class StatCache:
    """Remembers the SHA-256 of files by size, times and inode, so that an unchanged file is not read again.

    Args:
        path: where to keep it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new: dict[str, list[int | str]] = {}
        try:
            found = json.loads(path.read_bytes())
        except (OSError, ValueError):
            found = None
        known = found if isinstance(found, dict) else {}
        self._old: dict[str, list[int | str]] = {
            n: v for n, v in known.items() if isinstance(v, list) and len(v) == _KEY + 1
        }

    def digest(self, file: Path) -> str:
        """Return ``sha256:`` and the hash of `file`.

        Raises:
            InputError: the file can't be read.
        """
        try:
            facts = file.stat()
            key = [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino]
            known = self._old.get(str(file))
            if known and known[:_KEY] == key:
                self._new[str(file)] = known
                return str(known[_KEY])
            now = time.time_ns()
            digest = hash_file(file)
        except OSError as error:
            raise InputError(f"{file} can't be read: {error.strerror}") from error
        if max(facts.st_mtime_ns, facts.st_ctime_ns) + _FRESH < now:
            self._new[str(file)] = [*key, digest]
        return digest

    def save(self) -> None:
        """Keep what was learnt, and forget files that nobody asked for."""
        if self._new != self._old and self._path.parent.is_dir():
            draft = self._path.with_name(f"{self._path.name}.{time.time_ns()}.tmp")
            try:
                draft.write_text(json.dumps(self._new))
                draft.replace(self._path)
            except OSError:  # no room, or not our folder: what is not remembered is only read again
                return
            self._old = dict(self._new)

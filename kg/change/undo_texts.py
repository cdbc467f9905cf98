"""Earlier texts of source files, by the SHA-256 under which they were recorded: out of git, or kept by an undo."""

from __future__ import annotations

import hashlib
import re
import subprocess
from typing import TYPE_CHECKING

from kg.project.sources import name_of
from kg.rdf.ntriples import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kg.project.config import Config

__all__ = ["find_text", "keep_text", "paths_of"]

_RAW = re.compile(rb":\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*")


def find_text(root: Path, paths: Iterable[str], digest: str) -> tuple[str, bytes] | None:
    """Return which of some files had the content with a digest, and that content; None where it can't be found.

    Args:
        root: the project's folder.
        paths: the files, relative to it; the first stands for a text that an undo kept.
        digest: ``sha256:…``.
    """
    several = list(paths)
    kept = root / "record" / "texts" / digest.removeprefix("sha256:")
    if several and kept.is_file() and _digest(text := kept.read_bytes()) == digest:
        return several[0], text
    for path in several:
        for blob in _blobs(root, path):
            found = _git(root, "cat-file", "blob", blob)
            if found is not None and _digest(found) == digest:
                return path, found
    return None


def keep_text(root: Path, path: str, text: bytes) -> None:
    """Keep a text that is about to be replaced, unless git has it: an undo of the undo needs it."""
    digest = _digest(text)
    if find_text(root, [path], digest) is None:
        folder = root / "record" / "texts"
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / digest.removeprefix("sha256:"), [text])


def paths_of(root: Path, config: Config, graph: str) -> list[str]:
    """Return the files, relative to the project's folder, that the source of a graph may be or have been.

    Args:
        root: the project's folder.
        config: its configuration.
        graph: IRI of the graph.
    """
    name = name_of(graph)
    found: list[str] = []
    for entry in config.sources:
        if not entry.is_pattern and entry.name == name:
            found.append(entry.path)
        elif entry.is_pattern and name.startswith(f"{entry.name}/"):
            stem = name.removeprefix(f"{entry.name}/")
            listed = _git(
                root, "log", "--all", "--format=", "--name-only", "--relative", "-z", "--", f":(glob){entry.path}"
            )
            names = {one.strip().decode("utf-8", "replace") for one in (listed or b"").split(b"\0")}
            names |= {str(path.relative_to(root)) for path in root.glob(entry.path)}
            found += sorted(one for one in names if one and (root / one).stem == stem)
    return found


def _blobs(root: Path, path: str) -> Iterator[str]:
    """Yield the ids of all contents that a file had in git, on any branch, newest first."""
    said = _git(root, "log", "--all", "--format=", "--raw", "--no-abbrev", "--no-renames", "-m", "--", path) or b""
    seen: set[str] = set()
    for line in said.splitlines():
        if found := _RAW.match(line):
            for blob in (found[2].decode(), found[1].decode()):
                if blob.strip("0") and blob not in seen:
                    seen.add(blob)
                    yield blob


def _git(root: Path, *words: str) -> bytes | None:
    """Return what git says, None where it refuses or is not here."""
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)  # noqa: S603, S607 - no shell, and git is what the user has
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _digest(text: bytes) -> str:
    return f"sha256:{hashlib.sha256(text).hexdigest()}"

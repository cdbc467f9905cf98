"""Beginning a project, and adding a source to one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from kg.errors import InputError
from kg.project.config import FILE, SourceEntry, read_config
from kg.rdf.ntriples import write_atomic

__all__ = ["add_source", "check_place", "init_project", "prepare_folder"]

_IGNORE = b"# The index follows from the files and is built again when it is missing.\n.interlock/\n"
_ATTRIBUTES = b"# A record is named by the hash of its bytes: git must not touch its line ends.\nrecord/** -text\n"


def init_project(folder: Path, *, base: str | None = None, title: str = "") -> Path:
    """Make `folder` a project, and return its ``interlock.toml``.

    Args:
        folder: made if it is missing; what is in it already stays.
        base: base IRI for the project's own things; default is made from the folder's name, and is to be changed before
            anything is published.
        title: what people call the project; default is the folder's name.

    Raises:
        InputError: the folder is a project already, or `base` is no base IRI.
    """
    file = folder / FILE
    if file.exists():
        raise InputError(f"{folder} is a project already: it has {FILE}")
    check_place(folder)
    name = folder.absolute().name
    base = base or f"https://example.org/{re.sub(r'[^a-z0-9]+', '-', name.casefold()).strip('-') or 'project'}/"
    text = (
        f"[project]\nbase = {_quote(base)}\ntitle = {_quote(title or name)}\n\n"
        '[[source]]\nname = "plant"\npath = "sources/*"\n'
    )
    with TemporaryDirectory() as scratch:
        draft = Path(scratch, FILE)
        draft.write_text(text, "utf-8")
        read_config(draft)
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    prepare_folder(folder)
    write_atomic(file, [text.encode()])
    return file


def check_place(folder: Path) -> None:
    """Hold that `folder` can be made.

    Raises:
        InputError: it, or what it would lie in, is a file.
    """
    for path in (folder, *folder.parents):
        if path.exists() and not path.is_dir():
            raise InputError(f"{path} is a file; name a folder")


def prepare_folder(folder: Path) -> None:
    """Give a project's folder its place for records, and tell git what to leave alone; what is there stays."""
    (folder / "record" / "changes").mkdir(parents=True, exist_ok=True)
    for path, lines in ((folder / ".gitignore", _IGNORE), (folder / ".gitattributes", _ATTRIBUTES)):
        before = path.read_bytes() if path.exists() else b""
        if lines not in before:
            path.write_bytes(before + (b"\n" if before and not before.endswith(b"\n") else b"") + lines)


def add_source(root: Path, entry: SourceEntry) -> None:
    """Write one more ``[[source]]`` at the end of ``interlock.toml``; the rest stays as it was typed.

    Raises:
        InputError: there is a source of that name, or the entry is not as it must be; the file is unchanged then.
    """
    file = root / FILE
    before = file.read_bytes()
    kind = "" if entry.kind == "auto" else f"kind = {_quote(entry.kind)}\n"
    text = f"\n[[source]]\nname = {_quote(entry.name)}\npath = {_quote(entry.path)}\n{kind}"
    gap = b"" if before.endswith(b"\n") else b"\n"
    write_atomic(file, [before, gap, text.encode()])
    try:
        read_config(file)
    except InputError:
        write_atomic(file, [before])
        raise


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""Where our terms are mentioned: in Turtle and queries by prefix and name, in Python as code writes them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import kg
from kg.data import examples_folder, ontology_folder, questions_folder, shapes_folder
from kg.rdf.names import NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["AREAS", "Mention", "all_mentions", "files_of", "in_python", "in_text"]

AREAS: Final = (
    "ontology",
    "catalogue",
    "alignment",
    "hygiene",
    "rule",
    "question",
    "derivation",
    "importer",
    "example",
    "code",
)
"""The parts of Interlock that use its words."""

_TEXT_ENDINGS: Final = frozenset({".ttl", ".trig", ".rq", ".ru", ".toml", ".jsonld"})
_NAME: Final = r"([A-Za-z][A-Za-z0-9_]*)"
_MENTION: Final = re.compile(rf"(?<![\w:/.#-])il:{_NAME}|{re.escape(NS)}{_NAME}")
_MAKERS: Final = frozenset({"il"})
_KIND_SECOND: Final = frozenset({"item", "part"})


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """One place that names a term of ours.

    Attributes:
        name: local name of the term.
        file: the file.
        line: its line, from 1.
    """

    name: str
    file: Path
    line: int


def in_text(text: str, file: Path) -> Iterator[Mention]:
    """Yield the mentions in Turtle, SPARQL or any other text that writes prefix and name or the whole IRI."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in _MENTION.finditer(line):
            yield Mention(match[1] or match[2], file, number)


def in_python(text: str, file: Path) -> Iterator[Mention]:
    """Yield the mentions in Python.

    A term is written with its prefix in a text, ``il("Name")``, ``NS + "Name"`` or ``f"{NS}Name"``; `Facts.item` and
    `Facts.part` of the importers take the name of a class second.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for mention in in_text(node.value, file):
                yield Mention(mention.name, file, node.lineno + mention.line - 1)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _is_namespace(node.left):
            yield from _constant(node.right, file)
        elif isinstance(node, ast.JoinedStr):
            yield from _joined(node, file)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in _MAKERS and node.args:
                yield from _constant(node.args[0], file)
            elif name in _KIND_SECOND and len(node.args) > 1:
                yield from (m for m in _constant(node.args[1], file) if m.name[0].isupper())


def _joined(node: ast.JoinedStr, file: Path) -> Iterator[Mention]:
    for before, after in zip(node.values, node.values[1:], strict=False):
        if isinstance(before, ast.FormattedValue) and _is_namespace(before.value):
            yield from _constant(after, file)


def _constant(node: ast.expr, file: Path) -> Iterator[Mention]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        match = re.match(_NAME, node.value)
        if match:
            yield Mention(match[1], file, node.lineno)


def _is_namespace(node: ast.expr) -> bool:
    return getattr(node, "id", getattr(node, "attr", "")) == "NS"


def files_of(area: str) -> list[Path]:
    """Return the files of one of `AREAS`, sorted."""
    package = Path(kg.__file__).resolve().parent
    ontology, shapes = ontology_folder(), shapes_folder()
    folders = {
        "catalogue": [ontology / "catalogue"],
        "alignment": [ontology / "alignment"],
        "hygiene": [shapes / "ontology"],
        "question": [questions_folder()],
        "derivation": [package / "derive"],
        "importer": [package / "importers"],
        "example": [examples_folder()],
    }
    if area in folders:
        return _walk(folders[area])
    if area == "ontology":
        return sorted(p for p in ontology.iterdir() if p.suffix in _TEXT_ENDINGS)
    if area == "rule":
        return [p for p in _walk([shapes]) if shapes / "ontology" not in p.parents]
    claimed = {p for folder in folders.values() for p in _walk(folder)}
    return [p for p in _walk([package]) if p not in claimed and package / "_data" not in p.parents]


def _walk(folders: Iterable[Path]) -> list[Path]:
    return sorted(p for f in folders for p in f.rglob("*") if p.suffix in _TEXT_ENDINGS or p.suffix == ".py")


def all_mentions(area: str) -> list[Mention]:
    """Return every mention of a term of ours in one of `AREAS`, sorted by name, file and line."""
    found: set[Mention] = set()
    for file in files_of(area):
        text = file.read_text(encoding="utf-8")
        found.update(in_python(text, file) if file.suffix == ".py" else in_text(text, file))
    return sorted(found)

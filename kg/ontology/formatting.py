"""Canonical files: the form of `kg.rdf.turtle`, with the comments that people wrote kept in their places.

Comments may stand at the top of the file and above the block of a subject; anywhere else they would have no place in a
sorted file, so that is an error and never a silent loss.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kg.data import shapes_folder
from kg.errors import BrokenFile
from kg.ontology.vocabulary import alignment_files, catalogue_files, module_files
from kg.rdf.names import PREFIXES
from kg.rdf.turtle import read_turtle, write_turtle

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["canonical_text", "packaged_files"]

_DIRECTIVE: Final = re.compile(r"\s*(@prefix|@base|prefix|base)\b", re.IGNORECASE)
_SUBJECT: Final = re.compile(r"\s*(?:<([^<>\s]*)>|([A-Za-z][\w.-]*)?:([\w.-]*))")
_TOKENS: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|<[^<>\s]*>"
    r"|(#[^\n]*)",
    re.DOTALL,
)


def canonical_text(path: Path) -> str:
    """Return what a Turtle file would be in canonical form.

    Known namespaces get the prefixes of Interlock, others keep those of the file.

    Raises:
        BrokenFile: it is no Turtle, or a comment stands where the form has no place for it.
        InputError: a blank node is shared, so that it would need a label.
    """
    file = read_turtle(path)
    known = set(PREFIXES.values())
    prefixes = {p: ns for p, ns in file.prefixes.items() if ns not in known and p not in PREFIXES} | PREFIXES
    header, above = _comments(path, file.text, file.prefixes)
    return write_turtle(file.triples, prefixes=prefixes, header=header, comments=above)


def packaged_files() -> list[Path]:
    """Return the Turtle files of Interlock that are kept in canonical form: everything about words."""
    hygiene = sorted((shapes_folder() / "ontology").glob("*.ttl"))
    return [*module_files(), *catalogue_files(), *alignment_files(), *hygiene]


def _comments(path: Path, text: str, prefixes: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return the comment at the top, and IRI of a subject → the comment above its block."""
    inside = _comment_lines(path, text)
    header: list[str] = []
    above: dict[str, str] = {}
    waiting: list[str] = []
    begun = False
    for number, line in enumerate(text.splitlines(), 1):
        if number in inside:
            (waiting if begun else header).append(line.strip())
        elif _DIRECTIVE.match(line):
            begun = True
        elif line.strip():
            begun = True
            if waiting:
                iri = _subject(line, prefixes)
                if iri is None:
                    what = "a comment stands inside a block; put it above the subject or at the top of the file"
                    raise BrokenFile(str(path), what, line=number - len(waiting))
                above[iri] = above.get(iri, "") + "".join(f"{comment}\n" for comment in waiting)
                waiting = []
    if waiting:
        raise BrokenFile(str(path), "a comment stands below the last block; put it above a subject or at the top")
    return "\n".join(header), above


def _comment_lines(path: Path, text: str) -> set[int]:
    """Return the numbers of the lines that are nothing but a comment."""
    numbers = set()
    for match in _TOKENS.finditer(text):
        if match[1] is not None:
            number = text.count("\n", 0, match.start()) + 1
            if text.rfind("\n", 0, match.start()) + 1 != match.start():
                what = "a comment stands behind a fact or is indented; put it on a line of its own above the subject"
                raise BrokenFile(str(path), what, line=number)
            numbers.add(number)
    return numbers


def _subject(line: str, prefixes: dict[str, str]) -> str | None:
    match = _SUBJECT.match(line)
    if match is None or line[:1].isspace():
        return None
    if match[1] is not None:
        return match[1]
    namespace = prefixes.get(match[2] or "")
    return None if namespace is None else namespace + match[3]

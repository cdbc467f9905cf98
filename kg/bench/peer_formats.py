"""The same requirements in the formats of three tools: two levels, each of the lower one linked to one above.

Doorstop keeps a file per requirement, StrictDoc and we a file per level. Everything begins as reviewed: Doorstop's
files carry the stamps that `doorstop clear` and `doorstop review` would write.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BASE", "child_of", "edit", "parent_of", "write_doorstop", "write_interlock", "write_strictdoc"]

BASE: Final = "https://example.org/peers/"

_CONFIGURATION: Final = f"""\
[project]
base = "{BASE}"
title = "Requirements"

[[source]]
name = "requirements"
path = "*.ttl"
"""


def parent_of(number: int) -> str:
    """Return the identifier of a requirement of the upper level, all tools the same."""
    return f"REQ{number:06}"


def child_of(number: int) -> str:
    """Return the identifier of the requirement of the lower level that is linked to it."""
    return f"CRQ{number:06}"


def _text(number: int) -> str:
    return f"The unit keeps limit {number} in every state."


def write_doorstop(folder: Path, count: int) -> None:
    """Write `count` requirements for Doorstop into the new `folder`."""
    half = count // 2
    for prefix, parents in (("REQ", ""), ("CRQ", "  parent: REQ\n")):
        place = folder / prefix.lower()
        place.mkdir(parents=True)
        settings = f"settings:\n  digits: 6\n  itemformat: yaml\n{parents}  prefix: {prefix}\n  sep: ''\n"
        (place / ".doorstop.yml").write_text(settings, "utf-8")
        for number in range(1, half + 1):
            name, above, text = f"{prefix}{number:06}", parent_of(number), _text(number)
            links = f"links:\n- {above}: {_stamp(above, text)}\n" if parents else "links: []\n"
            reviewed = _stamp(name, text, *([above] if parents else []))
            (place / f"{name}.yml").write_text(
                f"active: true\nderived: false\nheader: ''\nlevel: 1.1.{number}\n{links}normative: true\nref: ''\n"
                f"reviewed: {reviewed}\ntext: |\n  {text}\n",
                "utf-8",
            )


def _stamp(name: str, text: str, *links: str) -> str:
    """Return what Doorstop keeps of the content that was reviewed: identifier, text, reference, links."""
    return urlsafe_b64encode(hashlib.sha256("".join((name, text, "", *links)).encode()).digest()).decode()


def write_strictdoc(folder: Path, count: int) -> None:
    """Write `count` requirements for StrictDoc into the new `folder`."""
    folder.mkdir()
    for prefix, below in (("REQ", False), ("CRQ", True)):
        lines = [f"[DOCUMENT]\nTITLE: {prefix}\n\n"]
        for number in range(1, count // 2 + 1):
            link = f"RELATIONS:\n- TYPE: Parent\n  VALUE: {parent_of(number)}\n" if below else ""
            lines.append(
                f"[REQUIREMENT]\nUID: {prefix}{number:06}\nTITLE: Limit {number}\nSTATEMENT: {_text(number)}\n{link}\n"
            )
        (folder / f"{prefix.lower()}.sdoc").write_text("".join(lines), "utf-8")


def write_interlock(folder: Path, count: int) -> None:
    """Write `count` requirements for Interlock into the new `folder`: a project."""
    folder.mkdir()
    (folder / "interlock.toml").write_text(_CONFIGURATION, "utf-8")
    prefixes = "@prefix dcterms: <http://purl.org/dc/terms/> .\n@prefix il: <https://w3id.org/interlock/ns#> .\n\n"
    for prefix, below in (("REQ", False), ("CRQ", True)):
        lines = [prefixes]
        for number in range(1, count // 2 + 1):
            link = f"    il:derivedFrom <{parent_of(number)}> ;\n" if below else ""
            lines.append(
                f"<{prefix}{number:06}> a il:FunctionalRequirement ;\n{link}"
                f'    dcterms:identifier "{prefix}{number:06}" ;\n    dcterms:title "Limit {number}" ;\n'
                f'    dcterms:description "{_text(number)}" .\n\n'
            )
        (folder / f"{prefix.lower()}.ttl").write_text("".join(lines), "utf-8")


def edit(file: Path, number: int, turn: int) -> None:
    """Give requirement `number`, in whichever format `file` has it, a text that it never had before.

    Args:
        file: the file that holds it.
        number: which one.
        turn: how often it was edited before.
    """
    text = file.read_text("utf-8")
    before = _text(number) if turn == 0 else _edited(number, turn - 1)
    file.write_text(text.replace(before, _edited(number, turn)), "utf-8")


def _edited(number: int, turn: int) -> str:
    return f"The unit keeps limit {number} in every state but {turn} of them."

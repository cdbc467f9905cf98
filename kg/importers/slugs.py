"""Names of products, versions and organisations as parts of an IRI: stable, readable, one for each name.

A slug depends on nothing but the name, so two advisories that write the same name meet in one item. Case, width and
white space don't count; comparison signs do, since a version range differs from the next one by them alone.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["digest", "organisation_name", "same_name", "slug", "slugs"]

_LONGEST: Final = 96
_SPOKEN: Final = {
    "<=": " le ",
    "≤": " le ",
    ">=": " ge ",
    "≥": " ge ",
    "<": " lt ",
    ">": " gt ",
    "=": " eq ",
    "*": " any ",
    "+": " plus ",
    "&": " and ",
}
_SIGN: Final = re.compile("|".join(re.escape(sign) for sign in sorted(_SPOKEN, key=len, reverse=True)))
_MARKS: Final = re.compile("[™®©℠]")
_LEGAL_FORM_LENGTH: Final = 32
_LEGAL_FORM: Final = re.compile(
    r"""[\s,]+(?:
        (?: AG | SE | KG | KGaA | SA | AS | A/S | ASA | AB | OY | Oyj? | BV | NV ) (?: \s*&\s*Co\.?\s*KG(?:aA)? )? |
        (?i: GmbH (?: \s*&\s*Co\.?\s*(?:KG|OHG) )? | Inc\.? | Incorporated | L\.?L\.?C\.? | P\.?L\.?C\.? | Limited |
             (?: Pty\.?\s* | Co\.,?\s* )? Ltd\.? | Corp\.? | Corporation | Co\. | e\.\s?K\. |
             S\.A\. | S\.A\.S\. | S\.?p\.?A\.? | S\.?r\.?l\.? | B\.V\. | N\.V\. | K\.K\. )
    )\s*$""",
    re.VERBOSE,
)


def digest(text: str) -> str:
    """Return 8 hexadecimal digits that stand for `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def same_name(name: str) -> str:
    """Return the form in which two spellings of one name are equal: case, width and white space don't count."""
    return " ".join(unicodedata.normalize("NFKC", _MARKS.sub("", name)).casefold().split())


def slug(name: str) -> str:
    """Return `name` as one path segment of an IRI.

    Letters and digits of any script stay, in lower case, with ``.`` and ``_``; comparison signs, ``*``, ``+`` and ``&``
    become words; everything else becomes one hyphen. What is left empty or too long ends in a digest of the name.
    """
    text = same_name(name)
    spoken = _SIGN.sub(lambda sign: _SPOKEN[sign.group()], text)
    kept = "".join(c if c in "._" or unicodedata.category(c)[0] in "LNM" else "-" for c in spoken)
    plain = re.sub("-{2,}", "-", kept).strip("-.")
    if len(plain) > _LONGEST:
        return f"{plain[:_LONGEST].rstrip('-.')}-{digest(text)}"
    return plain or f"x-{digest(text)}"


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Return the slug of each of `names`, different for different names.

    Where two names would share one, the later by sort order gets a digest of its name behind it.
    """
    given = {name: same_name(name) for name in names}
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for text in sorted(set(given.values())):
        plain = slug(text)
        chosen[text] = f"{plain}-{digest(text)}" if plain in taken else plain
        taken.add(plain)
    return {name: chosen[text] for name, text in given.items()}


def organisation_name(name: str) -> str:
    """Return a company's name without white space around it and without its legal form.

    Conservative: only a legal form at the very end goes, and never the whole name. "Siemens AG" and "Siemens " are one
    company, "Siemens Energy" and "General Electric (GE)" stay what they are.
    """
    text = " ".join(name.split())
    start, end = text[:-_LEGAL_FORM_LENGTH], text[-_LEGAL_FORM_LENGTH:]  # a long name must not cost a long search
    shorter = (start + _LEGAL_FORM.sub("", end)).rstrip(" ,")
    return shorter or text

"""What must hold of the bytes of an RDF file before a parser sees them. Runs inside the worker of `kg.rdf.guard`."""

from __future__ import annotations

import codecs
import json
import re
import sys
from itertools import accumulate
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from kg.errors import BrokenFile

__all__ = ["BeyondLimitError", "check_brackets", "check_text", "check_xml", "inline_contexts", "refuse_rdf_12"]

_STEP: Final = {ord("["): 1, ord("("): 1, ord("{"): 1, ord("]"): -1, ord(")"): -1, ord("}"): -1}
_NO_BRACKET: Final = bytes(set(range(256)) - set(_STEP))
_TOKENS: Final = re.compile(
    rb"""\"{3}(?:[^"\\]|\\.|"(?!""))*"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}   # long strings
       | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | <[^<>"{}|^`\\\s]*>        # strings, IRIs
       | \#[^\n]* | [\[\](){}]                                                # comments, brackets""",
    re.DOTALL | re.VERBOSE,
)
_DIRECTION: Final = re.compile(rb'"@[A-Za-z0-9-]+--(?:ltr|rtl)(?: <[^>]*>)? \.$')
_SLICE: Final = 1 << 24
_NEVER_FETCHED: Final = "contexts are never fetched, put its content into the file"


class BeyondLimitError(Exception):
    """The file goes beyond the limit called by the first argument, a field of `kg.rdf.guard.Limits`."""


def check_text(data: bytes) -> int:
    """Hold that `data` is text in UTF-8; return the position behind its byte order mark."""
    if not data or data.isspace():
        raise BrokenFile("", "is empty; RDF was expected")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BrokenFile("", "is encoded in UTF-16; save it in UTF-8", line=1, column=1)
    nul = data.find(b"\0")
    if nul >= 0:
        raise _broken_at(data, nul, "holds a NUL byte, so it is no text; RDF in UTF-8 was expected")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _SLICE):  # a text as large as the file would double the memory
            decoder.decode(data[start : start + _SLICE], final=start + _SLICE >= len(data))
    except UnicodeDecodeError:
        wrong = _first_wrong_byte(data)
        raise _broken_at(data, wrong, f"is not UTF-8 (byte 0x{data[wrong]:02X}); save it in UTF-8") from None
    return 3 if data.startswith(b"\xef\xbb\xbf") else 0


def _first_wrong_byte(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return wrong.start
    return 0


def _broken_at(data: bytes, at: int, what: str) -> BrokenFile:
    start = data.rfind(b"\n", 0, at) + 1
    column = len(data[start:at].decode("utf-8", "replace")) + 1
    return BrokenFile("", what, line=data.count(b"\n", 0, at) + 1, column=column)


def check_brackets(data: bytes, depth: int) -> None:
    """Hold that brackets of Turtle and its relatives nest no deeper than `depth`.

    All brackets are counted first, those in strings and comments too: quick, and nearly always enough. What that count
    misses, the process limits catch.
    """
    steps = map(_STEP.__getitem__, data.translate(None, _NO_BRACKET))
    if max(accumulate(steps), default=0) <= depth:
        return
    tokens = (token.group()[0] for token in _TOKENS.finditer(data))
    if max(accumulate(_STEP.get(token, 0) for token in tokens), default=0) > depth:
        raise BeyondLimitError("depth")


def check_xml(data: bytes, depth: int) -> None:
    """Hold that `data` is well-formed XML in UTF-8 without a document type, nested no deeper than `depth`."""
    reader = expat.ParserCreate()
    level = 0

    def broken(what: str) -> BrokenFile:
        return BrokenFile("", what, line=reader.CurrentLineNumber, column=reader.CurrentColumnNumber + 1)

    def refuse_type(*_: object) -> None:
        raise broken("has a DOCTYPE, behind which entity bombs hide; save it without DOCTYPE and entities")

    def check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.upper() not in {"UTF-8", "UTF8", "US-ASCII", "ASCII"}:
            raise broken(f"declares the encoding {encoding}; save it in UTF-8")

    def enter(_name: str, _attributes: object) -> None:
        nonlocal level
        level += 1
        if level > depth:
            raise BeyondLimitError("depth")

    def leave(_name: str) -> None:
        nonlocal level
        level -= 1

    reader.XmlDeclHandler = check_encoding
    reader.StartDoctypeDeclHandler = refuse_type
    reader.StartElementHandler = enter
    reader.EndElementHandler = leave
    try:
        reader.Parse(data, True)
    except expat.ExpatError as wrong:
        what = f"is no well-formed XML: {expat.ErrorString(wrong.code)}"
        raise BrokenFile("", what, line=wrong.lineno, column=wrong.offset + 1) from None


def inline_contexts(data: bytes, depth: int, contexts: dict[str, str]) -> bytes:
    """Put the JSON-LD contexts that we carry in place of their names; refuse every other remote one.

    Args:
        data: a JSON-LD document.
        depth: most levels that it may nest.
        contexts: IRI of a context to the file that holds it.

    Returns:
        `data` itself where it names no context.
    """
    sys.setrecursionlimit(depth + 500)
    try:
        document = json.loads(data, parse_constant=_refuse_constant)
    except RecursionError:
        raise BeyondLimitError("depth") from None
    except json.JSONDecodeError as wrong:
        raise BrokenFile("", f"is no JSON: {wrong.msg}", line=wrong.lineno, column=wrong.colno) from None
    if not isinstance(document, dict | list):
        raise BrokenFile("", "is no JSON-LD: an object or a list of objects was expected", line=1, column=1)
    changed = False
    rest: list[tuple[Any, int]] = [(document, 1)]
    while rest:
        value, level = rest.pop()
        if level > depth:
            raise BeyondLimitError("depth")
        if isinstance(value, dict):
            if "@import" in value:
                raise BrokenFile("", f"imports the JSON-LD context {value['@import']!r}; {_NEVER_FETCHED}")
            if "@context" in value:
                inlined = _inline(value["@context"], contexts)
                changed |= inlined is not value["@context"]
                value["@context"] = inlined
        children = value.values() if isinstance(value, dict) else value
        rest.extend((child, level + 1) for child in children if isinstance(child, dict | list))
    return json.dumps(document, ensure_ascii=False).encode() if changed else data


def _refuse_constant(name: str) -> float:
    raise BrokenFile("", f"is no JSON: {name} is not a JSON number")


def _inline(context: Any, contexts: dict[str, str]) -> Any:
    if isinstance(context, list):
        inlined = [_inline(one, contexts) for one in context]
        return context if all(new is old for new, old in zip(inlined, context, strict=True)) else inlined
    if not isinstance(context, str):
        return context
    if context not in contexts:
        ours = "".join(f", or name ours: {iri}" for iri in contexts)
        raise BrokenFile("", f"names the remote JSON-LD context {context}; {_NEVER_FETCHED}{ours}")
    return json.loads(Path(contexts[context]).read_bytes())["@context"]


def refuse_rdf_12(lines: bytes) -> None:
    """Refuse N-Triples or N-Quads `lines` with what only RDF 1.2 has: rdflib and SHACL engines would fail on it."""
    for line in lines.splitlines():
        if b" <<( " in line and b"<<" in _TOKENS.sub(b"", line):
            raise BrokenFile("", "holds a triple term (RDF 1.2); make an item of it that has its parts as properties")
        if _DIRECTION.search(line):
            raise BrokenFile("", "holds a string with a base direction (RDF 1.2); leave --ltr or --rtl away")

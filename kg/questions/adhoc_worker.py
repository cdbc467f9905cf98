"""The process in which an ad-hoc query is checked and answered; `kg.questions.adhoc` starts, limits and may kill it.

One JSON job comes on standard input. An empty line says that the worker has started; one JSON answer follows.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import InputError, InterlockError
from kg.store import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.rdf.terms import Term
    from kg.store import Reader

__all__ = ["check", "main"]

_NEW_USER: Final = 0x1000_0000
_NEW_NETWORK: Final = 0x4000_0000
_DEATH_SIGNAL: Final = 1
_LONGEST: Final = 32 * 1024
"""Bytes of a query: a parser in Python takes seconds for more."""

_FORMS: Final = {
    "SelectQuery": "select",
    "AskQuery": "ask",
    "ConstructQuery": "construct",
    "DescribeQuery": "describe",
}
_UPDATE: Final = re.compile(r"\b(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY)\b", re.IGNORECASE)
_NOT_TEXT: Final = re.compile(r"""<[^<>"{}|^`\\\x00-\x20]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*""")


def main() -> None:
    """Read the job, check the query, answer it."""
    job = json.load(sys.stdin)
    _leave_network()
    _die_with_parent()
    from rdflib.plugins.sparql import parser  # noqa: F401 - loaded before the clock starts

    with open_snapshot(Path(job["snapshot"])) as reader:
        _limit(job["seconds"], job["memory"])
        sys.stdout.write("\n")
        sys.stdout.flush()
        try:
            answer = _answer(reader, job["query"], job["prefixes"], job["rows"])
        except InputError as wrong:
            answer = {"broken": str(wrong)}
        except InterlockError as wrong:
            answer = {"broken": f"the query could not be answered: {wrong}"}
        except MemoryError:
            answer = {"limit": "memory"}
        json.dump(answer, sys.stdout)
        sys.stdout.write("\n")
        sys.stdout.flush()


def _leave_network() -> None:
    """Move into a network of its own that leads nowhere, where the system lets us: the gate is the other guard.

    It has to come first: a process with several threads may not.
    """
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # other systems than Linux have no such call
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def _die_with_parent() -> None:
    """Let the system kill this process when the one that asked is gone, however that ended.

    It has to come after `_leave_network`: a change of credentials takes it back.
    """
    import ctypes
    import signal

    with contextlib.suppress(OSError, AttributeError):  # other systems have no such call: the processor time ends it
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)


def _limit(seconds: float, memory: int) -> None:
    """Limit memory and processor time."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's clock still ends the worker
        return
    with contextlib.suppress(OSError), Path("/proc/self/statm").open(encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    whole = int(seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole))


def _answer(reader: Reader, text: str, prefixes: dict[str, str], most: int) -> dict[str, Any]:
    """Return the answer as JSON values.

    Args:
        reader: the state that is asked.
        text: the query.
        prefixes: prefix → namespace that it may use without declaring it.
        most: most rows that it may give.
    """
    lead = _declarations(text, prefixes)
    form = check(lead + text, reader, lead=len(lead))
    if form == "ask":
        return {"form": form, "columns": ["answer"], "rows": [[_cell(Literal(reader.ask(lead + text)))]]}
    rows: Iterator[tuple[Term | None, ...]]
    if form == "select":
        found = reader.select(lead + text)
        columns, rows = list(found.variables), iter(found)
    else:
        columns = ["subject", "predicate", "object"]
        triples = dict.fromkeys(islice(reader.construct(lead + text), most + 1))
        rows = ((t.subject, t.predicate, t.object) for t in triples)
    taken = list(islice(rows, most + 1))
    if len(taken) > most:
        return {"limit": "rows"}
    return {"form": form, "columns": columns, "rows": [[_cell(cell) for cell in row] for row in taken]}


def check(text: str, reader: Reader, lead: int = 0) -> str:
    """Return the form of a query that may be run: ``select``, ``ask``, ``construct`` or ``describe``.

    Args:
        text: the query.
        reader: the state that is asked; FROM may name its graphs only.
        lead: characters in front of the user's own text, on its first line.

    Raises:
        InputError: it is no SPARQL 1.1 query, an update, or would reach the network.
    """
    tree = _parsed(text, lead)
    declared = {str(node.prefix or "") for node in _nodes(tree) if node.name == "PrefixDecl"}
    for node in _nodes(tree):
        if node.name == "pname" and str(node.prefix or "") not in declared:
            raise InputError(
                f"the query uses the prefix {node.prefix or ''}: which neither it nor interlock.toml declares"
            )
        if node.name == "ServiceGraphPattern":
            raise InputError("the query uses SERVICE, which would reach the network; ask what is in the project")
    for graph in _dataset(tree):
        if not reader.ask(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"):
            raise InputError(f"the query asks FROM <{graph}>, which is no graph of the project; nothing is fetched")
    form = _FORMS.get(tree[1].name)
    if form is None:
        raise InputError(f"a query of the form {tree[1].name} can't be answered")
    return form


def _parsed(text: str, lead: int) -> Any:
    from pyparsing.exceptions import ParseBaseException
    from rdflib.plugins.sparql.parser import parseQuery

    if len(text.encode()) - lead > _LONGEST:
        raise InputError(f"the query is longer than {_LONGEST >> 10} KiB; import long lists as data instead")
    try:
        return parseQuery(text)
    except ParseBaseException as wrong:
        if _UPDATE.search(_NOT_TEXT.sub(" ", text)) and _is_update(text):
            raise InputError("the query is an update; the graph changes with its sources only") from None
        column = wrong.column - (lead if wrong.lineno == 1 else 0)
        line = text.splitlines()[wrong.lineno - 1] if text.splitlines() else ""
        found = line[wrong.column - 1 :].strip()[:30]
        where = f"before {found!r}" if found else "at the end of the line"
        raise InputError(f"the query is no SPARQL 1.1: line {wrong.lineno}, column {column}, {where}") from None
    except RecursionError:
        raise InputError("the query nests too deep; some 40 levels of brackets are read") from None
    except (ValueError, OverflowError) as wrong:
        raise InputError(f"the query is no SPARQL 1.1: {wrong}") from None


def _is_update(text: str) -> bool:
    from pyparsing.exceptions import ParseBaseException
    from rdflib.plugins.sparql.parser import parseUpdate

    try:
        parseUpdate(text)
    except (ParseBaseException, RecursionError, ValueError, OverflowError):
        return False
    return True


def _nodes(tree: Any) -> Iterator[Any]:
    """Yield every named node of a parse tree."""
    from pyparsing import ParseResults
    from rdflib.plugins.sparql.parserutils import CompValue

    todo: list[Any] = [tree]
    while todo:
        one = todo.pop()
        if isinstance(one, CompValue):
            yield one
            todo.extend(one.values())
        elif isinstance(one, list | tuple | ParseResults):
            todo.extend(one)


def _dataset(tree: Any) -> Iterator[str]:
    """Yield the IRI of each graph after FROM and FROM NAMED."""
    declared = {str(n.prefix or ""): str(n.iri) for n in _nodes(tree) if n.name == "PrefixDecl"}
    for node in _nodes(tree):
        if node.name == "DatasetClause":
            graph = node.default if node.default is not None else node.named
            name = getattr(graph, "name", "")
            yield declared.get(str(graph.prefix or ""), "") + str(graph.localname) if name == "pname" else str(graph)


def _declarations(text: str, prefixes: dict[str, str]) -> str:
    """Return PREFIX declarations, on one line, for the prefixes that `text` uses and does not declare."""
    bare = _NOT_TEXT.sub(lambda m: "<>" if m[0].startswith("<") else " ", text)
    declared = set(re.findall(r"\bPREFIX\s+([\w.-]*):", bare, re.IGNORECASE))
    used = set(re.findall(r"(?<![\w?$.-])([A-Za-z][\w.-]*|):", bare)) - declared
    return "".join(f"PREFIX {name}: <{prefixes[name]}> " for name in sorted(used & prefixes.keys()))


def _cell(term: Term | None) -> list[Any] | None:
    """Return a term as JSON values."""
    match term:
        case None:
            return None
        case NamedNode():
            return ["iri", term.value]
        case BlankNode():
            return ["blank", term.value]
        case Literal():
            return ["literal", term.value, term.language, term.datatype.value]
        case Triple():
            return ["triple", _cell(term.subject), _cell(term.predicate), _cell(term.object)]
    raise TypeError(term)

"""The remote adapter: any SPARQL 1.1 engine over HTTP, through SPARQLWrapper.

A status of 200 proves nothing: engines have been seen to answer it with JSON cut off by a time limit, and with a COUNT
without its row. So an answer counts only when it is complete in itself.
"""

from __future__ import annotations

import json
import re
import time
import warnings
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg.errors import InputError, InterlockError, LimitExceeded
from kg.rdf.terms import to_ntriples
from kg.store.port import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPResponse

    from kg.rdf.terms import Node, Term

__all__ = ["RemoteReader", "remote_reader"]

_JSON: Final = "application/sparql-results+json"
_GRAPHS: Final = {"application/ld+json": RdfFormat.JSON_LD, "application/rdf+xml": RdfFormat.RDF_XML}
"""The graph formats of which a part can't pass for the whole; N-Triples and Turtle may stop after any statement."""


class RemoteReader:
    """Reads a SPARQL endpoint. Its default graph must be the merge of all current facts.

    Args:
        url: the query endpoint.
        timeout: longest wait for an answer, in seconds.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._url, self._timeout = url, timeout

    def select(self, query: str) -> Rows:
        """Return the rows of a SELECT query; the whole answer is read and checked first."""
        answer = self._results(query, "SELECT")
        try:
            variables = tuple(str(v) for v in answer["head"]["vars"])
            bindings = answer["results"]["bindings"]
            rows = [tuple(_term(row.get(v)) for v in variables) for row in bindings]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise self._incomplete(f"no SPARQL result table ({error})") from error
        if not rows and _counts(query):
            raise self._incomplete("a COUNT came without its row")
        return Rows(variables, rows)

    def ask(self, query: str) -> bool:
        """Return the answer of an ASK query."""
        answer = self._results(query, "ASK").get("boolean")
        if not isinstance(answer, bool):
            raise self._incomplete("no boolean in it")
        return answer

    def construct(self, query: str) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT or DESCRIBE query; the whole answer is read and checked first."""
        kind, body = self._fetch(query, ", ".join(_GRAPHS), "CONSTRUCT", "DESCRIBE")
        if kind not in _GRAPHS:
            raise self._incomplete(f"{kind or 'its format'} can't be told from a part of it, JSON-LD or RDF/XML could")
        try:
            triples = [quad.triple for quad in parse(input=body, format=_GRAPHS[kind], base_iri=self._url)]
        except SyntaxError as error:
            raise self._incomplete(f"it does not parse ({error})") from error
        return iter(triples)

    def outgoing(self, node: Node) -> Iterator[tuple[NamedNode, Term]]:
        """Yield property and object of each triple of the default graph whose subject is `node`."""
        for property_, object_ in self.select(f"SELECT ?p ?o WHERE {{ {_named(node)} ?p ?o }}"):
            if isinstance(property_, NamedNode) and object_ is not None:
                yield property_, object_

    def incoming(self, node: Term) -> Iterator[tuple[Node, NamedNode]]:
        """Yield subject and property of each triple of the default graph whose object is `node`."""
        for subject, property_ in self.select(f"SELECT ?s ?p WHERE {{ ?s ?p {_named(node)} }}"):
            if isinstance(property_, NamedNode) and isinstance(subject, NamedNode | BlankNode):
                yield subject, property_

    def objects(self, node: Node, property_: NamedNode) -> Iterator[Term]:
        """Yield the object of each triple of the default graph with that subject and property."""
        for (object_,) in self.select(f"SELECT ?o WHERE {{ {_named(node)} {_named(property_)} ?o }}"):
            if object_ is not None:
                yield object_

    def subjects(self, property_: NamedNode, node: Term) -> Iterator[Node]:
        """Yield the subject of each triple of the default graph with that property and object."""
        for (subject,) in self.select(f"SELECT ?s WHERE {{ ?s {_named(property_)} {_named(node)} }}"):
            if isinstance(subject, NamedNode | BlankNode):
                yield subject

    def _results(self, query: str, form: str) -> dict[str, Any]:
        _, body = self._fetch(query, _JSON, form)
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise self._incomplete(f"its JSON is cut off or broken ({error})") from error
        if not isinstance(answer, dict) or "head" not in answer:
            raise self._incomplete("no SPARQL results in JSON")
        return answer

    def _fetch(self, query: str, accept: str, *forms: str) -> tuple[str, bytes]:
        from http.client import HTTPException

        from SPARQLWrapper import POST, SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

        deadline = time.monotonic() + self._timeout
        client = SPARQLWrapper(self._url)
        client.setMethod(POST)
        client.setTimeout(max(1, round(self._timeout)))
        client.setOnlyConneg(True)
        client.addCustomHttpHeader("Accept", accept)
        try:
            with warnings.catch_warnings():  # it warns of a query form that it can't find; the next line refuses it
                warnings.simplefilter("ignore", RuntimeWarning)
                client.setQuery(query)
            if client.queryType not in forms or client.isSparqlUpdateRequest():
                raise InputError(f"a query of the form {' or '.join(forms)} is needed here")
            with closing(client.query().response) as response:
                headers = response.headers
                body = self._read(response, deadline)
        except QueryBadFormed as error:
            _close(error)
            raise InputError(f"{self._url} refused the query: {error}") from error
        except (SPARQLWrapperException, HTTPException, OSError) as error:
            _close(error)
            if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
                raise self._late() from error
            raise InterlockError(f"{self._url} can't be asked: {error}") from error
        if "X-SQL-State" in headers:  # Virtuoso's way to say that a time limit cut the answer
            raise self._incomplete(f"the engine reports {headers['X-SQL-State']}")
        return str(headers.get("Content-Type", "")).partition(";")[0].strip().lower(), body

    def _read(self, response: HTTPResponse, deadline: float) -> bytes:
        """Read the whole body; a socket's own timeout would start anew with every byte of a trickle."""
        parts = []
        while part := response.read1(1 << 16):
            parts.append(part)
            if time.monotonic() > deadline:
                raise self._late()
        return b"".join(parts)

    def _late(self) -> LimitExceeded:
        return LimitExceeded(f"{self._url} gave no whole answer in {self._timeout:g} s (setting query-seconds)")

    def _incomplete(self, why: str) -> InterlockError:
        return InterlockError(f"{self._url} gave no answer that can be trusted: {why}")


def remote_reader(url: str, timeout: float = 30.0) -> RemoteReader:
    """Return a reader of the SPARQL 1.1 query endpoint at `url`.

    Args:
        url: an ``http:`` or ``https:`` IRI.
        timeout: longest wait for an answer, in seconds.

    Raises:
        InputError: `url` is of another kind.
    """
    if not re.match(r"https?://[^/]", url):
        raise InputError(f"{url!r} is no SPARQL endpoint: an http: or https: address is needed")
    return RemoteReader(url, timeout)


def _term(cell: dict[str, Any] | None) -> Term | None:
    if cell is None:
        return None
    kind, value = cell["type"], cell["value"]
    match kind:
        case "uri":
            return NamedNode(value)
        case "bnode":
            return BlankNode(value)
        case "literal" | "typed-literal":  # the second is what engines wrote before SPARQL 1.1, and some still do
            if language := cell.get("xml:lang"):
                return Literal(value, language=language)
            datatype = cell.get("datatype")
            return Literal(value, datatype=NamedNode(datatype)) if datatype else Literal(value)
    raise ValueError(f"a term of type {kind!r}")


def _close(error: BaseException) -> None:
    """Close the connection that urllib leaves open in the error for a status such as 500."""
    for one in (error, error.__context__):
        close = getattr(one, "close", None)
        if close is not None:
            close()


def _named(node: Term) -> str:
    if isinstance(node, BlankNode | Triple):
        raise InputError(f"{to_ntriples(node)} can't be asked for at a remote engine: only IRIs and literals can")
    return to_ntriples(node)


def _counts(query: str) -> bool:
    """Tell whether `query` is one whole-table COUNT, whose answer is always exactly one row."""
    head = query.partition("{")[0]
    return bool(re.search(r"\bCOUNT\s*\(", head, re.IGNORECASE)) and not re.search(
        r"\b(GROUP\s+BY|HAVING|LIMIT|OFFSET)\b", query, re.IGNORECASE
    )

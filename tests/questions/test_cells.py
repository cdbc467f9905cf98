"""Rows of terms as rows of a table: a literal is a number only where it is one."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import Literal, NamedNode

from kg.questions.asking import cells, natural
from kg.rdf import turtle
from kg.rdf.names import XSD
from kg.report import Format, render
from kg.store import memory_reader
from kg.values import Table

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("text", "datatype", "cell"),
    [
        ("007", "integer", 7),
        ("-5", "int", -5),
        ("1.50", "decimal", 1.5),
        ("1.5e3", "double", 1500.0),
        ("true", "boolean", True),
        ("0", "boolean", False),
        # Ill-typed literals, and numbers that JSON (RFC 8259, section 6) or Python has no place for, stay as written.
        ("abc", "integer", "abc"),
        ("1_0", "integer", "1_0"),
        ("9" * 5000, "integer", "9" * 5000),
        ("x", "decimal", "x"),
        ("INF", "double", "INF"),
        ("NaN", "float", "NaN"),
        ("1e999", "double", "1e999"),
        ("maybe", "boolean", "maybe"),
    ],
)
def test_a_literal_becomes_a_cell(text: str, datatype: str, cell: object) -> None:
    rows = cells([(Literal(text, datatype=NamedNode(XSD + datatype)),)], memory_reader([]), {})
    assert rows == ((cell,),)
    assert type(rows[0][0]) is type(cell)
    stream = StringIO()
    render(Table("t", ("x",), rows), Format.JSON, stream)
    assert json.loads(stream.getvalue())["rows"] == [[cell]]


@pytest.mark.parametrize("key", [natural, turtle.natural])
def test_names_sort_as_people_count_whatever_their_length(key: Callable[[str], Any]) -> None:
    names = ["", "SR 1.2", "SR 1.10", "SR 10.1", "Z" + "9" * 5000, "Z" + "9" * 5001]
    turned = names[::-1]
    assert sorted(turned, key=key) == names

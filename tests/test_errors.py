"""Errors say one line and carry their exit code."""

from __future__ import annotations

import pytest

from kg.errors import (
    AmbiguousItem,
    BrokenFile,
    Busy,
    InputError,
    InterlockError,
    LimitExceeded,
    StaleDecision,
    UnknownItem,
)


@pytest.mark.parametrize(
    ("error", "text", "code"),
    [
        (InterlockError("lost\n  the thread"), "lost the thread", 3),
        (Busy("x"), "x", 3),
        (LimitExceeded("x"), "x", 3),
        (StaleDecision("x"), "x", 1),
        (InputError("x"), "x", 2),
        (BrokenFile("a.ttl", "expected a dot", line=3, column=7), "a.ttl:3:7: expected a dot", 2),
        (BrokenFile("a.ttl", "is empty"), "a.ttl: is empty", 2),
        (UnknownItem("SR 9.9", ["SR 1.9", "SR 2.9"]), "no item is called 'SR 9.9'; nearest: SR 1.9, SR 2.9", 2),
        (UnknownItem("x"), "no item is called 'x'", 2),
        (AmbiguousItem("DC", ["fr:DC", "il:DC"]), "'DC' is ambiguous, name one of: fr:DC, il:DC", 2),
    ],
)
def test_message_and_exit_code(error: InterlockError, text: str, code: int) -> None:
    assert str(error) == text
    assert error.exit_code == code

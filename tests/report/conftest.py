from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from kg.report import Format, Result, render

if TYPE_CHECKING:
    from collections.abc import Callable


class Rendered(Protocol):
    def __call__(self, result: Result, form: str, **options: Any) -> str: ...


@pytest.fixture
def rendered() -> Callable[..., str]:
    def one(result: Result, form: str, **options: Any) -> str:
        stream = io.StringIO()
        render(result, Format(form), stream, **options)
        return stream.getvalue()

    return one

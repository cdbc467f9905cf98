"""The tutorial as a project, committed, and a client of its server."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from kg.examples.begin import begin_example
from kg.opening import open_project
from server.app import create_app
from server.errors import HEADERS

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


class Refused(Protocol):
    """Checks that an answer is an error of the one shape."""

    def __call__(self, answer: TestResponse, status: int, code: str) -> str: ...


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial with its index; nobody changes it."""
    folder = tmp_path_factory.mktemp("served") / "pump"
    begin_example("tutorial", folder)
    open_project(folder).refresh()
    return folder


@pytest.fixture
def own(built: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(built, tmp_path / "pump")


@pytest.fixture(scope="session")
def client(built: Path) -> FlaskClient:
    return create_app(built).test_client()


@pytest.fixture(scope="session")
def refused() -> Refused:
    def check(answer: TestResponse, status: int, code: str) -> str:
        assert answer.status_code == status, answer.text
        assert answer.content_type == "application/json"
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert not set("<>&") & set(answer.text)
        assert "Traceback" not in answer.text
        shape: dict[str, Any] = json.loads(answer.text)
        assert list(shape) == ["error"]
        assert list(shape["error"]) == ["code", "message"]
        assert shape["error"]["code"] == code
        message = shape["error"]["message"]
        assert isinstance(message, str)
        assert message
        assert "\n" not in message
        return message

    return check

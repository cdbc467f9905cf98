"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real files beside the checkout; never part of it."""
    folder = Path(os.environ.get("INTERLOCK_SHARED", CHECKOUT.parent / "shared"))
    if (folder / "testdata").is_dir():
        return folder
    if os.environ.get("CI"):
        pytest.fail(f"{folder} is missing: under CI the real files must be there")
    pytest.skip(f"{folder} is missing: the real files are not here")

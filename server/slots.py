"""A bounded number of things at once; whoever comes when all are taken is told to come back, not made to wait."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.exceptions import ServiceUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Slots"]


class Slots:
    """So many places.

    Waiting in line would hold a thread of the server each, until none is left to say that it is healthy.

    Args:
        number: how many there are.
        what: what they are for, in the plural, for the error.
    """

    def __init__(self, number: int, what: str) -> None:
        self._free = threading.BoundedSemaphore(number)
        self._number, self._what = number, what

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold a place for the time of a ``with`` block.

        Raises:
            ServiceUnavailable: all are taken.
        """
        if not self._free.acquire(blocking=False):
            text = f"{self._number} {self._what} are being answered, no more at once (setting server-workers)"
            raise ServiceUnavailable(f"{text}: try again", retry_after=1)
        try:
            yield
        finally:
            self._free.release()

"""What comes with a request as ``name=value``, read strictly: bytes that are no UTF-8 are refused, not replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["pairs", "query_parameters", "single"]

_MOST: Final = 64
"""Parameters of one request."""


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """Return name and value of each ``name=value`` in `raw`.

    Args:
        raw: a query string or a form, ``application/x-www-form-urlencoded``.

    Raises:
        BadRequest: it is no UTF-8, or has more than 64.
    """
    try:
        return parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST)
    except UnicodeDecodeError:
        raise BadRequest("the parameters are no UTF-8 when percent-decoded") from None
    except ValueError:
        raise BadRequest(f"there are more than {_MOST} parameters") from None


def query_parameters() -> Mapping[str, str]:
    """Return the parameters of the request's address, each given once."""
    return single(pairs(request.query_string))


def single(found: list[tuple[str, str]]) -> Mapping[str, str]:
    """Return name → value.

    Raises:
        BadRequest: a name comes twice.
    """
    values = dict(found)
    if len(values) < len(found):
        names = [name for name, _ in found]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRequest(f"the parameter {twice!r} is given more than once")
    return values

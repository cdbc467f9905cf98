"""How to write an answer: what ``?format=`` names, else what ``Accept`` likes best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["choose", "content_type"]


def choose(wanted: str | None, offers: Mapping[str, str]) -> str:
    """Return the media type to answer with.

    Args:
        wanted: what ``?format=`` names; None where it is not given.
        offers: media type → name of the format, best first.

    Raises:
        NotAcceptable: none of `offers` will do; the message names them.
    """
    if wanted is not None:
        named = [media for media, name in offers.items() if name == wanted]
    elif request.accept_mimetypes:
        # `quality` takes what is most specific for each offer, so "*/*, text/csv;q=0" means anything but CSV.
        # A parameter such as charset says nothing here: all that is written is UTF-8.
        accepted = MIMEAccept([(media.partition(";")[0].strip(), q) for media, q in request.accept_mimetypes])
        likings = {media: accepted.quality(media) for media in offers}
        named = sorted((media for media in offers if likings[media] > 0), key=lambda media: -likings[media])
    else:
        named = list(offers)
    if not named:
        there_are = ", ".join(f"{media} (format={name})" for media, name in offers.items())
        raise NotAcceptable(f"this can't be written as asked for; it can as: {there_are}")
    return named[0]


def content_type(media: str) -> str:
    """Return the header Content-Type for a media type; only texts say that they are UTF-8, the others always are."""
    return f"{media}; charset=utf-8" if media.startswith("text/") else media

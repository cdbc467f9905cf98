"""The derivations that come with Interlock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kg.derive.computed import ComputedUnit
from kg.derive.query import parse_derivation
from kg.derive.relied_settings import ReliedSettings
from kg.derive.spread_unit import SuspectBecauseOf
from kg.derive.suspect_links import SuspectLinks
from kg.derive.unjustified import Unjustified

if TYPE_CHECKING:
    from kg.derive.unit import Computation, Unit

__all__ = ["all_units"]


def all_units() -> tuple[Unit, ...]:
    """Return every derivation: the ``.rq`` files of this folder, and those written in Python.

    Raises:
        BrokenFile: a file is not as `kg.derive` documents it.
    """
    files = sorted(Path(__file__).parent.glob("*.rq"))
    queries = (parse_derivation(path.stem, path.read_text("utf-8")) for path in files)
    computed: tuple[Computation, ...] = (ReliedSettings(), SuspectLinks(), SuspectBecauseOf(), Unjustified())
    return (*queries, *map(ComputedUnit, computed))

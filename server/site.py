"""What the routes of one application share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.project.config import Config
    from server.slots import Slots
    from server.snapshots import Snapshots

__all__ = ["Site"]


@dataclass(frozen=True, slots=True)
class Site:
    """One project as it is served.

    Attributes:
        config: what ``interlock.toml`` said when the application was made.
        snapshots: the states to answer from.
        queries: places for ad-hoc queries; each is a process.
        questions: places for stored questions; each is a thread.
    """

    config: Config
    snapshots: Snapshots
    queries: Slots
    questions: Slots

"""The small share of things that are wrong, as they are in a real plant, and the tally of what was planted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

__all__ = ["FAULTS", "Faults"]

FAULTS: Final = {
    "iec62443-3-2-2020/ZCR-5.11": 0.01,
    "iec62443-3-2-2020/ZCR-7.1": 0.02,
    "iec62443-3-3-2013/annex-B": 0.002,
    "iec62443-3-3-2013/unallocated": 0.002,
    "iec62443-3-3-2013/SR-5.2": 0.02,
    "iec62443-2-4-2015/SP.11": 0.03,
    "iec61511-1-2016/10.3": 0.02,
    "iec61511-1-2016/16.3": 0.02,
    "bridge/interaction": 0.03,
    "model/evidence": 0.01,
    "model/verification": 0.001,
}
"""Name of the rule that must find the fault → chance per opportunity. Each planted fault is one finding."""


class Faults:
    """Decides where a fault goes.

    Attributes:
        tally: name of the rule → number of faults planted for it.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self.tally: Counter[str] = Counter()

    def here(self, rule: str) -> bool:
        """Return whether the fault that `rule` finds is planted at this opportunity, and count it."""
        if self._random.random() >= FAULTS[rule]:
            return False
        self.tally[rule] += 1
        return True

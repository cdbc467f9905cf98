"""The rules that no shape can state, because they are about the data's words and about the rules themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kg.rules.unknown import UNKNOWN_TERM
from kg.rules.untargeted import RULE_WITHOUT_TARGET

if TYPE_CHECKING:
    from kg.rules.rule import Rule

__all__ = ["BUILT_IN"]

BUILT_IN: Final[dict[str, Rule]] = {rule.name: rule for rule in (RULE_WITHOUT_TARGET, UNKNOWN_TERM)}
"""Name → rule."""

"""The rules of a project: those that come with Interlock and its own, as its profile has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.rules.profile import apply_profile, load_profile
from kg.rules.read import packaged_rule_files, read_rules

if TYPE_CHECKING:
    from pathlib import Path

    from kg.project.config import Config
    from kg.rules.rule import RuleSet

__all__ = ["rules_of"]


def rules_of(config: Config, root: Path | None, profile: str = "") -> RuleSet:
    """Return the rules by which a project is judged.

    Args:
        config: its configuration.
        root: its folder; None for files outside a project.
        profile: name of the profile; empty for the project's, else all rules.

    Raises:
        InputError: there is no such profile, or no file fits a pattern of the project's own rules.
        BrokenFile: a rule is not well formed.
    """
    own = [root / "profiles"] if root is not None else []
    chosen = load_profile(profile or config.profile or "all", own)
    return apply_profile(read_rules(packaged_rule_files(), _own_files(config, root), config.prefixes), chosen)


def _own_files(config: Config, root: Path | None) -> list[Path]:
    found: list[Path] = []
    if root is None:
        return found
    for pattern in config.rules:
        files = sorted(path for path in root.glob(pattern) if path.is_file())
        if not files:
            raise InputError(f"interlock.toml: no file fits {pattern!r} of [rules]")
        found += files
    return found

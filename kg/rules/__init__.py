"""Rules: read them, choose among them, and judge facts by them."""

from __future__ import annotations

from kg.rules.check import check, judge_by_files
from kg.rules.engine import run_fast
from kg.rules.judge import run_judge
from kg.rules.profile import Profile, apply_profile, load_profile, profile_names, select_rules
from kg.rules.read import packaged_rule_files, read_rules
from kg.rules.rule import Rule, RuleSet

__all__ = [
    "Profile",
    "Rule",
    "RuleSet",
    "apply_profile",
    "check",
    "judge_by_files",
    "load_profile",
    "packaged_rule_files",
    "profile_names",
    "read_rules",
    "run_fast",
    "run_judge",
    "select_rules",
]

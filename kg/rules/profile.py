"""Profiles: named choices of rules, one TOML file each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from kg.data import shapes_folder
from kg.errors import BrokenFile, InputError
from kg.rdf.names import SH
from kg.rules.builtin import BUILT_IN
from kg.rules.rule import matches
from kg.rules.terms import TARGETS
from kg.rules.untargeted import RULE_WITHOUT_TARGET
from kg.values import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pyoxigraph import Triple

    from kg.rules.rule import RuleSet

__all__ = ["ALL", "Profile", "apply_profile", "load_profile", "profile_names", "select_rules"]


@dataclass(frozen=True, slots=True)
class Profile:
    """A choice of rules.

    Attributes:
        name: its name: that of its file.
        title: what people call it.
        description: what it is for.
        include: patterns of rule names that take part.
        exclude: patterns of rule names that do not, although included.
        severities: pattern of rule names → severity that their findings get, the first that fits.
    """

    name: str
    title: str
    description: str = ""
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)


ALL: Final = Profile("all", "All rules", "Every rule that Interlock has, at the severity that it states.")

_TARGETS: Final = frozenset(SH + name for name in TARGETS)
_KEYS: Final = {"title": str, "description": str, "include": list, "exclude": list, "severity": dict}


def profile_names(folders: Sequence[Path] = ()) -> list[str]:
    """Return the names of the profiles that there are.

    Args:
        folders: folders of profiles beside ours.
    """
    found = {file.stem for folder in _folders(folders) if folder.is_dir() for file in folder.glob("*.toml")}
    return sorted(found | {ALL.name})


def load_profile(name: str, folders: Sequence[Path] = ()) -> Profile:
    """Read a profile.

    Args:
        name: its name.
        folders: folders of profiles that come before ours.

    Raises:
        InputError: there is no such profile; the message names the nearest.
        BrokenFile: its file is wrong.
    """
    for folder in _folders(folders):
        file = folder / f"{name}.toml"
        if name == file.stem and file.is_file():
            return _read(file)
    if name == ALL.name:
        return ALL
    names = profile_names(folders)
    near = get_close_matches(name, names, 1) or names
    raise InputError(f"no profile is called {name!r}; there is {', '.join(near)}")


def apply_profile(rules: RuleSet, profile: Profile) -> RuleSet:
    """Return the rules that take part in `profile`, with the severities that it gives them.

    Raises:
        InputError: one of its patterns fits no rule.
    """
    names = [*(rule.name for rule in rules.rules), *BUILT_IN]
    for pattern in (*profile.include, *profile.exclude, *profile.severities):
        _demand(names, pattern, f"the profile {profile.name}")
    chosen = {n for n in names if _fits(n, profile.include) and not _fits(n, profile.exclude)}
    severities = {n: s for p, s in reversed(list(profile.severities.items())) for n in names if matches(n, p)}
    return replace(_only(rules, chosen), severities=severities)


def select_rules(rules: RuleSet, patterns: Sequence[str]) -> RuleSet:
    """Return the rules whose names fit one of `patterns`; all where there is no pattern.

    The rule about rules without targets goes along with those that it watches.

    Raises:
        InputError: a pattern fits no rule; the message names the nearest.
    """
    if not patterns:
        return rules
    names = [*(rule.name for rule in rules.rules), *rules.built_in]
    for pattern in patterns:
        _demand(names, pattern, "--rule")
    watching = {RULE_WITHOUT_TARGET.name} & rules.built_in
    return _only(rules, {name for name in names if _fits(name, patterns)} | watching)


def _folders(others: Sequence[Path]) -> list[Path]:
    return [*others, shapes_folder() / "profiles"]


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(matches(name, pattern) for pattern in patterns)


def _demand(names: Sequence[str], pattern: str, where: str) -> None:
    if any(matches(name, pattern) for name in names):
        return
    by_local = {name.rpartition("/")[2]: name for name in names} | {name: name for name in names}
    near = [by_local[n] for n in get_close_matches(pattern.strip("*"), sorted(by_local), 3, 0.5)]
    hint = f"; nearest: {', '.join(dict.fromkeys(near))}" if near else "; interlock check --list names all"
    raise InputError(f"{where}: no rule is called {pattern!r}{hint}")


def _only(rules: RuleSet, names: set[str]) -> RuleSet:
    """Keep the rules called `names`: the others lose their targets, so that what they share stays whole."""
    kept = tuple(rule for rule in rules.rules if rule.name in names)
    stay = {rule.iri for rule in kept}
    files = tuple(
        replace(file, triples=tuple(t for t in file.triples if not _targets_other(t, rules, stay)))
        for file in rules.files
    )
    return replace(rules, rules=kept, files=files, built_in=frozenset(BUILT_IN.keys() & names))


def _targets_other(triple: Triple, rules: RuleSet, stay: set[str]) -> bool:
    """Tell whether `triple` gives a target to a rule that does not stay."""
    shape = rules.shapes.get(str(triple.subject)[1:-1])
    return triple.predicate.value in _TARGETS and shape is not None and shape.rule not in stay


def _read(file: Path) -> Profile:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise BrokenFile(str(file), f"is no TOML: {wrong}") from None
    except OSError as wrong:
        raise BrokenFile(str(file), f"can't be read: {wrong.strerror}") from None
    for key, value in content.items():
        if key not in _KEYS:
            raise BrokenFile(str(file), f"has the key {key!r}; a profile has {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]):
            raise BrokenFile(str(file), f"{key} must be a {_KEYS[key].__name__}")
    return Profile(
        name=file.stem,
        title=content.get("title", file.stem),
        description=content.get("description", ""),
        include=_patterns(file, content, "include", ["*"]),
        exclude=_patterns(file, content, "exclude", []),
        severities={pattern: _severity(file, text) for pattern, text in content.get("severity", {}).items()},
    )


def _patterns(file: Path, content: Mapping[str, Any], key: str, default: list[str]) -> tuple[str, ...]:
    found = content.get(key, default)
    if not all(isinstance(one, str) for one in found):
        raise BrokenFile(str(file), f"{key} must be a list of rule names; * and ? stand for any characters")
    return tuple(found)


def _severity(file: Path, text: object) -> Severity:
    if text not in list(Severity):
        raise BrokenFile(str(file), f"severity {text!r} must be one of {', '.join(Severity)}")
    return Severity(str(text))

"""Of which items something was recorded since some changes, and by which: kept from commit to commit."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kg.review.content import GENID, TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from kg.project.past import Past
    from kg.review.content import ContentRules

__all__ = ["Since"]

_FORMAT: Final = 1


@dataclass
class Since:
    """What the records since some changes speak of.

    Attributes:
        ids: the changes whose records were read.
        by: subject of facts that came or went, as ``<IRI>`` → the changes that brought or took them.
        naming: object of facts that went → subject and property of each.
        reowned: whether a part that has a name of its own may have come to another item, or have become or been none.
    """

    ids: set[str] = field(default_factory=set)
    by: defaultdict[bytes, set[str]] = field(default_factory=lambda: defaultdict(set))
    naming: defaultdict[bytes, set[tuple[bytes, bytes]]] = field(default_factory=lambda: defaultdict(set))
    reowned: bool = False

    @classmethod
    def of(
        cls, past: Past, at: Iterable[str], rules: ContentRules, is_part: Callable[[str], bool], folder: Path | None
    ) -> Since:
        """Return what was recorded since.

        Args:
            past: the state after the changes `at`.
            at: ids of the changes.
            rules: what is a part.
            is_part: tells whether an IRI is that of a part now.
            folder: where to keep what was read of the records; None keeps nothing.
        """
        known = hashlib.sha256(json.dumps([_FORMAT, sorted(at), sorted(map(repr, rules.parts))]).encode()).hexdigest()
        path = folder / f"since-{known[:16]}.json" if folder is not None else None
        found = cls._kept(path, set(past.since)) if path is not None else cls()
        new = [id_ for id_ in past.since if id_ not in found.ids]
        for id_ in new:
            found.take(id_, past, rules, is_part)
        if new and path is not None:
            draft = path.with_suffix(".tmp")
            draft.write_text(json.dumps(found.to_json()), "utf-8")  # lost in a crash, it is made again
            draft.replace(path)
        return found

    @classmethod
    def _kept(cls, path: Path, since: set[str]) -> Since:
        """Return what was kept, if it is of records that still are among those since."""
        try:
            data = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return cls()
        if not set(data["ids"]) <= since:
            return cls()
        names = {subject.encode(): {data["ids"][number] for number in some} for subject, some in data["by"].items()}
        naming = {
            value.encode(): {(subject.encode(), property_.encode()) for subject, property_ in some}
            for value, some in data["naming"].items()
        }
        return cls(set(data["ids"]), defaultdict(set, names), defaultdict(set, naming), data["reowned"])

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values."""
        ids = sorted(self.ids)
        number = {id_: at for at, id_ in enumerate(ids)}
        return {
            "ids": ids,
            "by": {subject.decode(): sorted(number[id_] for id_ in some) for subject, some in self.by.items()},
            "naming": {
                value.decode(): sorted([subject.decode(), property_.decode()] for subject, property_ in some)
                for value, some in self.naming.items()
            },
            "reowned": self.reowned,
        }

    def take(self, id_: str, past: Past, rules: ContentRules, is_part: Callable[[str], bool]) -> None:
        """Take in what the record of a change speaks of."""
        self.ids.add(id_)
        for delta in past.change(id_).values():
            for gone, lines in ((False, delta.added), (True, delta.removed)):
                for line in lines:
                    subject, property_, rest = line.split(b" ", 2)
                    self.by[subject].add(id_)
                    value = rest[:-3]
                    if not value.startswith(b"<"):
                        continue
                    if gone:
                        self.naming[value].add((subject, property_))
                    if property_ == TYPE:
                        self.reowned |= value in rules.parts and GENID not in subject
                    elif property_ not in rules.suspicion and GENID not in value and rules.may_be_part(value):
                        self.reowned |= is_part(value[1:-1].decode())

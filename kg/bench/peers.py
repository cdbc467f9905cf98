"""One edited requirement: what each tool needs to say what it makes suspect, every time in a cold process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg.bench.figures import Figure
from kg.bench.peer_formats import child_of, edit, parent_of, write_doorstop, write_interlock, write_strictdoc
from kg.bench.peer_tools import PINNED, peer_program
from kg.bench.processes import Run, run_process
from kg.errors import InterlockError
from kg.values import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["NOTES", "Contestant", "measure_peers", "take_turns"]

LONGEST: Final = 300.0
"""Seconds after which a command is stopped; its figure is a lower bound then."""

_OURS: Final = (sys.executable, "-c", "from kg.cli.main import run; run()")
"""What the script `interlock` does, wherever that is installed."""

_FOUND: Final = 1
"""Exit code of a check that found something."""

NOTES: Final = (
    Note(
        "doorstop",
        f"Doorstop {PINNED['doorstop']} reads every file at each call; it marks the link one hop away and keeps neither"
        " who cleared it nor why. `-F -L -R -C -W` leaves out all that it checks besides; all checks is its default.",
    ),
    Note(
        "strictdoc",
        f"StrictDoc {PINNED['strictdoc']} knows no suspect links: its figures are the export after the edit, from its"
        " cache where it has one, in which a person would look for what hangs below.",
    ),
    Note(
        "interlock",
        "ours records the change with who and why, brings the derived facts up to date and gives every suspect"
        " with its path, cause, old and new text; check adds all rules.",
    ),
)
"""What each tool does for its time, and what it does not."""


@dataclass(slots=True)
class Contestant:
    """One way to find out.

    Attributes:
        label: how it is called in the report.
        folder: where its requirements lie.
        file: what is edited.
        commands: what is run then, one after the other.
        knows: tells whether the output of the last is right.
        runs: what it took, edit by edit.
    """

    label: str
    folder: Path
    file: Path
    commands: Sequence[Sequence[str]]
    knows: Callable[[str], bool]
    runs: list[Run] = field(default_factory=list)

    def go(self, number: int) -> None:
        """Edit requirement `number` and run the commands.

        Raises:
            InterlockError: the answer is not the right one.
        """
        edit(self.file, number, len(self.runs))
        parts = [run_process(command, self.folder, LONGEST) for command in self.commands]
        last = parts[-1]
        if last.finished and not self.knows(last.output):
            raise InterlockError(f"{self.label} does not know of the edit: {last.output[-300:]}")
        self.runs.append(
            Run(
                sum(part.seconds for part in parts),
                sum(part.cpu for part in parts),
                max(part.peak for part in parts),
                last.code,
                "",
                all(part.finished for part in parts),
            )
        )


def measure_peers(counts: Sequence[int], runs: int, cache: Path, tell: Callable[[str], None]) -> Iterator[Figure]:
    """Measure ours beside Doorstop and StrictDoc.

    What a tool does by default is run once, for that may take minutes; its shortest way to the answer `runs` times.

    Args:
        counts: how many requirements, each.
        runs: alternated runs behind each median.
        cache: folder for the environments of the other tools.
        tell: is told what is measured next.

    Raises:
        InputError: a tool can't be installed.
        InterlockError: a tool does not know of the edit.
    """
    programs = {name: peer_program(name, cache) for name in PINNED}
    for count in counts:
        tell(f"peers with {count} requirements")
        with tempfile.TemporaryDirectory(prefix="interlock-bench-") as scratch:
            folder = Path(scratch)
            short, long = _contestants(folder, count, programs)
            number = count // 4
            take_turns(short, number, runs)
            yield from _figures(f"one edit in {count}, suspects", short)
            take_turns(long, number, 1)
            yield from _figures(f"one edit in {count}, everything", long)


def take_turns(contestants: Sequence[Contestant], number: int, runs: int) -> None:
    """Let each go `runs` times; another one begins each time."""
    for turn in range(runs):
        for place in range(len(contestants)):
            contestants[(turn + place) % len(contestants)].go(number)


def _figures(work: str, contestants: Sequence[Contestant]) -> Iterator[Figure]:
    ours, *others = contestants
    for other in others:
        stopped = "" if all(run.finished for run in other.runs) else f", stopped at {LONGEST:g} s"
        yield Figure.of_runs(work, f"{other.label}{stopped}", ours.runs, other.runs)


def _contestants(folder: Path, count: int, programs: dict[str, Path]) -> tuple[list[Contestant], list[Contestant]]:
    """Write the requirements for each tool, twice, and return the ways to the suspects alone and to everything."""
    parent, child = parent_of(count // 4), child_of(count // 4)
    suspect = f"{child}: suspect link: {parent}"
    doorstop, strictdoc = str(programs["doorstop"]), str(programs["strictdoc"])
    found: tuple[list[Contestant], list[Contestant]] = ([], [])
    for ways, everything in zip(found, (False, True), strict=True):
        place = folder / ("everything" if everything else "suspects")
        place.mkdir()

        ours = place / "interlock"
        write_interlock(ours, count)
        accept = ("baseline", "R1", "--accept", "--role", "asset-owner", "--reason", "begin of the benchmark")
        _set_up([*_OURS, *accept], ours)
        _set_up([*_OURS, "check"], ours)
        ask = (*_OURS, "suspects", "--format", "json")
        ways.append(
            Contestant(
                "Interlock",
                ours,
                ours / "req.ttl",
                [(*_OURS, "check"), ask] if everything else [ask],
                lambda said: f'"{child}"' in said and f'"{parent}"' in said,
            )
        )

        theirs = place / "doorstop"
        write_doorstop(theirs, count)
        _set_up(["git", "init", "-q"], theirs)
        options = () if everything else ("-F", "-L", "-R", "-C", "-W")
        ways.append(
            Contestant(
                "Doorstop, all checks" if everything else "Doorstop, suspects",
                theirs,
                theirs / "req" / f"{parent}.yml",
                [(doorstop, *options)],
                lambda said: (
                    [line.rpartition("WARNING: CRQ: ")[2] for line in said.splitlines() if "suspect" in line]
                    == [suspect]
                ),
            )
        )

        theirs = place / "strictdoc"
        write_strictdoc(theirs, count)
        form = "html" if everything else "json"
        export = (strictdoc, "export", ".", "--formats", form, "--output-dir", str(place / "output"))
        _set_up(export, theirs)
        ways.append(
            Contestant(
                f"StrictDoc, {form.upper()}", theirs, theirs / "req.sdoc", [export], lambda said: "Export SDoc" in said
            )
        )
    return found


def _set_up(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if done.returncode not in {0, _FOUND}:
        raise InterlockError(f"{' '.join(command[:4])} ended with {done.returncode}: {done.stderr[-300:]}")

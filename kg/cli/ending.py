"""How every command ends: one line on standard error and an exit code, whatever went wrong."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

from typer.exceptions import TyperException

from kg.errors import InputError, InterlockError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["run_to_end"]

_INTERRUPTED = 130


def run_to_end(command: Callable[[], object], arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code: 0 clean, 1 findings, 2 wrong use or input, 3 could not finish.

    Args:
        command: runs it; returns or raises what Typer does outside its standalone mode.
        arguments: the words of the command line.
    """
    _prepare_streams()
    try:
        _check_text(arguments)
        code = command()
        sys.stdout.flush()
    except (SystemExit, BrokenPipeError):  # Typer exits where a pipe was closed: the reader has seen enough
        _discard(sys.stdout)
        return 0
    except InterlockError as wrong:
        return _say(str(wrong), wrong.exit_code)
    except TyperException as wrong:
        return _say(_usage(wrong), InputError.exit_code)
    except (OSError, MemoryError, KeyboardInterrupt) as wrong:
        return _say(_unfinished(wrong), InterlockError.exit_code)
    if code == _INTERRUPTED:
        return _say(_unfinished(KeyboardInterrupt()), InterlockError.exit_code)
    return code if isinstance(code, int) else 0


def _prepare_streams() -> None:
    """Make sure that there is somewhere to write to, and that every character can be written."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever called
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - lives as long as we do
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _check_text(arguments: Sequence[str]) -> None:
    for text in arguments:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InputError(f"{text!a} is no UTF-8: rename the file, or write the word in UTF-8") from None


def _usage(wrong: TyperException) -> str:
    """Return what is wrong with the command line, and where to read how it is written."""
    context = getattr(wrong, "ctx", None)
    said = wrong.format_message().rstrip(". ")
    return f"{said}; see {context.command_path} --help" if said and context is not None else said


def _unfinished(wrong: BaseException) -> str:
    """Return what stopped the command, and at which file where the system says so."""
    match wrong:
        case OSError(filename=str() | bytes() as name):
            why = f"{os.fsdecode(name)}: {wrong.strerror}"
        case OSError():
            why = wrong.strerror or str(wrong)
        case MemoryError():
            why = "there is not enough memory"
        case _:
            why = "interrupted"
    return f"could not finish: {why}; what was stored until then holds"


def _say(text: str, code: int) -> int:
    """Write one line to standard error, if there is anything to say; a full disk may refuse even that."""
    line = f"interlock: {' '.join(text.split())}\n" if text else ""
    for stream, rest in ((sys.stdout, ""), (sys.stderr, line)):
        try:
            stream.write(rest)
            stream.flush()
        except OSError:
            _discard(stream)
    return code


def _discard(stream: TextIO) -> None:
    """Keep what could not be written from being tried again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

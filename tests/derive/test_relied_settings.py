"""On which settings of components a claim relies that assumes them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kg.derive.relied_settings import ReliedSettings
from kg.focus.reads import ReadLog, RecordingReader
from kg.rdf.names import NS
from kg.store import Delta, memory_state

if TYPE_CHECKING:
    from kg.project.derived import Context
    from kg.store import MemoryState

MODEL = (
    "claim claimsFor product",
    "claim assumedSettingName 'mode'",
    "version versionOf product",
    "made instanceOf product",
    "running runs version",
    "stranger instanceOf another",
    *(f"{name}-mode settingOf {name}" for name in ("made", "running", "stranger")),
    *(f"{name}-mode settingName 'mode'" for name in ("made", "running", "stranger")),
    "made-port settingOf made",
    "made-port settingName 'port'",
)


def fact(text: str) -> bytes:
    subject, property_, value = text.split(" ")
    end = f'"{value[1:-1]}"' if value.startswith("'") else f"<urn:{value}>"
    return f"<urn:{subject}> <{NS}{property_}> {end} .\n".encode()


def relied(state: MemoryState, context: Context) -> tuple[set[str], set[str]]:
    """Return the settings that the claim relies on, and what was read to tell."""
    reader = RecordingReader(state.reader)
    lines = list(ReliedSettings().compute("urn:claim", reader, context))
    assert all(line.startswith(f"<urn:claim> <{NS}reliesOnSetting> ".encode()) for line in lines)
    return {line.split()[2].decode()[5:-1] for line in lines}, {str(read) for read in reader.reads}


@pytest.fixture
def context() -> Context:
    return None  # type: ignore[return-value]  # this derivation looks at facts alone


def test_settings_of_that_name_on_components_of_the_product_or_a_version_of_it(context: Context) -> None:
    state = memory_state(map(fact, MODEL))
    assert set(ReliedSettings().all(state.reader, context)) == {"urn:claim"}
    assert relied(state, context)[0] == {"made-mode", "running-mode"}


@pytest.mark.parametrize(
    ("come", "gone", "expected"),
    [
        ("made-port settingName 'mode'", "made-port settingName 'port'", {"made-mode", "made-port", "running-mode"}),
        ("stranger runs version", "", {"made-mode", "running-mode", "stranger-mode"}),
        ("", "version versionOf product", {"made-mode"}),
        ("", "running-mode settingOf running", {"made-mode"}),
        ("claim assumedSettingName 'port'", "claim assumedSettingName 'mode'", {"made-port"}),
        ("claim claimsFor another", "", {"made-mode", "running-mode", "stranger-mode"}),
        ("", "claim assumedSettingName 'mode'", set()),
    ],
)
def test_what_was_read_tells_when_to_look_again(come: str, gone: str, expected: set[str], context: Context) -> None:
    state, unit = memory_state(map(fact, MODEL)), ReliedSettings()
    reader = RecordingReader(state.reader)
    list(unit.compute("urn:claim", reader, context))
    log = ReadLog()
    log.replace("urn:claim", reader.reads)
    delta = Delta([fact(come)] if come else [], [fact(gone)] if gone else [])
    touched = state.apply({"urn:memory": delta})
    assert log.touched_by(touched.triples()) == {"urn:claim"}
    assert relied(state, context)[0] == expected


def test_a_claim_that_assumes_nothing_yet_is_looked_at_when_it_does(context: Context) -> None:
    state = memory_state(map(fact, [one for one in MODEL if "assumed" not in one]))
    assert set(ReliedSettings().all(state.reader, context)) == set()
    touched = state.apply({"urn:memory": Delta([fact("claim assumedSettingName 'mode'")], [])})
    assert set(ReliedSettings().concerned(state.reader, touched, context)) == {"urn:claim"}

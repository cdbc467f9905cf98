"""The files of derivations: what is wrong in one is said in one line, and what comes with Interlock can be followed."""

from __future__ import annotations

import pytest
from toy_derivations import WEAK

from kg.derive import Derivations
from kg.derive.library import all_units
from kg.derive.query import QueryUnit, parse_derivation
from kg.errors import BrokenFile
from kg.focus.footprint import Footprint
from kg.focus.queries import footprint_of_query


def test_a_header_and_its_query() -> None:
    unit = parse_derivation("weak", WEAK)
    assert (unit.name, unit.stratum, unit.head.title, unit.head.clauses) == ("weak", 2, "weak", ())
    assert unit.query.startswith("PREFIX")
    assert unit.version == parse_derivation("weak", WEAK.replace('title = "weak"', 'title = "other"')).version
    assert unit.version != parse_derivation("weak", WEAK.replace("below*", "below+")).version
    assert unit.version != parse_derivation("weak", WEAK.replace("stratum = 2", "stratum = 3")).version


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#+ stratum = 2\n", "", r"^weak\.rq: has no 'stratum' in its header"),
        ("stratum = 2", "stratum = 0", r"^weak\.rq: must have a whole number from 1 as its stratum, not 0"),
        ("stratum = 2", "stratum = ", r"^weak\.rq: has a `#\+` header that is no TOML: "),
        (
            "#+ title",
            "#+ stratums = 1\n#+ title",
            r"^weak\.rq: has an unknown key 'stratums' in its header; there are: id,",
        ),
        ('"T2"', "2", r"^weak\.rq: must have texts as id, title and description"),
        ("VALUES ?focus { }", "", r"^weak\.rq: must have one `VALUES \?focus \{ \}` in its query"),
        ("CONSTRUCT { ?focus e:weak ?source", "CONSTRUCT { ?source e:weak ?focus", r"each triple with \?focus as its"),
        ("e:weakened true }", "e:weakened true . ?above e:weak ?focus }", r"each triple with \?focus as its subject"),
        ("e:weakened true }", "e:weakened [ e:by ?above ] }", r"each triple with \?focus as its subject"),
        ("CONSTRUCT { ?focus e:weak ?source ; e:weakened true }", "SELECT ?focus", r"must be a CONSTRUCT"),
    ],
)
def test_what_is_wrong_is_one_line(old: str, new: str, message: str) -> None:
    assert old in WEAK
    with pytest.raises(BrokenFile, match=message) as caught:
        parse_derivation("weak", WEAK.replace(old, new))
    assert "\n" not in str(caught.value)


def test_several_statements_about_the_focus_are_fine() -> None:
    assert parse_derivation("weak", WEAK.replace(" ; e:weakened", " . ?focus e:weakened")).stratum == 2


def test_what_comes_with_interlock_can_be_followed() -> None:
    units = all_units()
    assert len({unit.name for unit in units}) == len(units) >= 4
    queries = [unit for unit in units if isinstance(unit, QueryUnit)]
    assert {unit.name for unit in queries} >= {"lost-source"}
    for unit in queries:
        footprint = footprint_of_query(unit.query)
        assert isinstance(footprint, Footprint), "every change would be a full run"
        assert not footprint.open, "what it reads must hang on its focus"
        assert not footprint.graphs


def test_the_digest_follows_the_set() -> None:
    units = all_units()
    assert Derivations().digest == Derivations(units).digest == Derivations(units[::-1]).digest
    assert Derivations(units[1:]).digest != Derivations(units).digest

"""The numbers of the safety functions (PFDavg, response, LOPA), worked out again by the equations of IEC 61508-6."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kg.data import examples_folder
from kg.rdf.names import NS

if TYPE_CHECKING:
    from conftest import Model

MRT = 8.0
PARTIAL_STROKE_MTTR = 730 / 2 + MRT


def channel(plant: Model, element: str) -> tuple[float, float, float, float]:
    """Return dangerous undetected and detected rate, MTTR, and mean time to a proof test that finds the failure."""
    tests = plant.naming(element, "diagnoses")
    coverage = sum(plant.number(test, "coverageShare") for test in tests)
    rate = plant.number(element, "dangerousFailureRate")
    slow = any(plant.number(test, "testInterval") > 24 for test in tests)
    return rate * (1 - coverage), rate * coverage, PARTIAL_STROKE_MTTR if slow else MRT, rate


def down_time(plant: Model, element: str, divisor: int) -> float:
    (test,) = plant.naming(element, "proves")
    share, interval = plant.number(test, "coverageShare"), plant.number(test, "testInterval")
    life = plant.number(element, "usefulLife")
    found, left = interval / divisor + MRT, life / divisor + MRT
    undetected, detected, mttr, rate = channel(plant, element)
    return (undetected * (share * found + (1 - share) * left) + detected * mttr) / rate


def pfd(plant: Model, subsystem: str) -> float:
    element = min(plant.naming(subsystem, "partOfSubsystem"))
    undetected, detected, mttr, rate = channel(plant, element)
    voting = (plant.value(subsystem, "votingM"), plant.value(subsystem, "votingN"))
    if voting == ("1", "1"):
        return rate * down_time(plant, element, 2)
    beta = plant.number(subsystem, "commonCauseFactor")
    beta_d = plant.number(subsystem, "commonCauseFactorDetected")
    independent = (1 - beta_d) * detected + (1 - beta) * undetected
    pairs = {("1", "2"): 2, ("2", "3"): 6}[voting]
    undetected_time = (rate * down_time(plant, element, 2) - detected * mttr) / undetected
    common = beta_d * detected * mttr + beta * undetected * undetected_time
    return pairs * independent**2 * down_time(plant, element, 2) * down_time(plant, element, 3) + common


def pfd_of_function(plant: Model, function: str) -> float:
    return sum(pfd(plant, subsystem) for subsystem in plant.naming(function, "partOfFunction"))


def test_one_channel_by_hand(plant: Model) -> None:
    """LT-416: 7e-7 x 0.4 x (4380 + 8) + 7e-7 x 0.6 x 8 = 1.2286e-3 + 3.4e-6."""
    assert pfd(plant, plant.of("subsystem/sif-06-sensors")) == pytest.approx(1.232e-3, rel=1e-3)


def test_two_channels_by_hand(plant: Model) -> None:
    """Safety controller: lDU 5e-9, CCF 0.01 x 4.95e-7 x 8 + 0.02 x 5e-9 x 8768 = 3.96e-8 + 8.768e-7; 2 X2 tCE tGE.

    tCE = 0.01 x 8768 + 0.99 x 8 = 95.6 h, tGE = 0.01 x 5848 + 7.92 = 66.4 h, X = 4.9495e-7: 3.11e-9.
    """
    assert pfd(plant, plant.of("subsystem/logic")) == pytest.approx(3.96e-8 + 8.768e-7 + 3.11e-9, rel=1e-3)


def test_every_function_reaches_its_target_and_what_the_layers_count_on(plant: Model) -> None:
    for function in plant.all("SafetyFunction"):
        reached = pfd_of_function(plant, function)
        assert reached < 10 ** -plant.number(function, "targetSil"), function
        (layer,) = plant.naming(function, "layerFunction")
        assert reached < 1 / plant.number(layer, "riskReductionFactor"), function


def test_the_comments_say_what_comes_out(plant: Model) -> None:
    text = (examples_folder() / "plant" / "model" / "safety-functions.ttl").read_text("utf-8")
    written = dict(
        re.findall(r"#   sum +(\S+): SIL[^<]*?(?:\n#[^\n]*)*\n<safety-function/(SIF-\d\d)>", text),
    )
    said = {name: float(number) for number, name in written.items()}
    assert len(said) == 8
    for name, number in said.items():
        assert pfd_of_function(plant, plant.of(f"safety-function/{name}")) == pytest.approx(number, rel=5e-3), name


def test_fault_tolerance_and_systematic_capability_by_table_6(plant: Model) -> None:
    for function in plant.all("SafetyFunction"):
        sil = int(plant.value(function, "targetSil"))
        for subsystem in plant.naming(function, "partOfFunction"):
            tolerance = int(plant.value(subsystem, "votingN")) - int(plant.value(subsystem, "votingM"))
            assert tolerance >= (1 if sil == 3 else 0), subsystem
            for element in plant.naming(subsystem, "partOfSubsystem"):
                assert plant.number(element, "dataConfidence") >= 0.7
                certified = plant.value(element, "suitabilityBasis") == f"{NS}certifiedCapability"
                assert plant.number(element, "systematicCapability") >= sil or not certified, element
                if plant.value(element, "elementType") == f"{NS}typeB":
                    undetected, detected, *_ = channel(plant, element)
                    assert detected / (detected + undetected) >= 0.6 - 1e-9, element


def test_the_package_trip_is_sil_1_in_the_mode_that_its_demands_give_it(plant: Model) -> None:
    """PFH 1oo1 in series: 2e-6 x 0.4 + 4e-7 x 0.4 + 2e-7 = 1.16e-6, in the band of SIL 1."""
    subsystems = plant.naming(plant.of("safety-function/SIF-05"), "partOfFunction")
    elements = [element for subsystem in subsystems for element in plant.naming(subsystem, "partOfSubsystem")]
    assert sum(channel(plant, element)[0] for element in elements) == pytest.approx(1.16e-6)


def test_functions_are_fast_enough(plant: Model) -> None:
    """Sum over the parts of the slowest channel; even with all final elements one after the other."""
    for function in plant.all("SafetyFunction"):
        slowest = sum(
            max(plant.number(element, "responseTime") for element in plant.naming(subsystem, "partOfSubsystem"))
            for subsystem in plant.naming(function, "partOfFunction")
        )
        room = plant.number(function, "processSafetyTime") - plant.number(function, "timeToTripPoint")
        assert slowest < room * plant.number(function, "responseShare"), function


def test_target_sil_follows_from_the_layers(plant: Model) -> None:
    """Required reduction = frequency x other layers / tolerated; the high demand function by its rate per hour."""
    for scenario in plant.all("LopaScenario"):
        events = plant.values(scenario, "hasInitiatingEvent")
        frequency = sum(plant.number(event, "frequencyPerYear") for event in events)
        layers = plant.values(scenario, "credits")
        (own,) = [layer for layer in layers if plant.values(layer, "layerFunction")]
        for layer in layers:
            if layer != own:
                frequency /= plant.number(layer, "riskReductionFactor")
        function = plant.value(own, "layerFunction")
        sil = int(plant.value(function, "targetSil"))
        tolerated = plant.number(scenario, "toleratedFrequency")
        if frequency > 1:
            assert plant.number(function, "demandRate") == pytest.approx(frequency)
            assert 1e-6 <= tolerated / 8760 < 1e-5
            assert sil == 1
        else:
            needed = frequency / tolerated
            assert needed == pytest.approx(plant.number(own, "riskReductionFactor"))
            assert 10**sil < needed <= 10 ** (sil + 1), scenario
        assert plant.value(function, "targetSilFrom") == scenario


def test_tolerated_frequency_follows_from_severity(plant: Model) -> None:
    tolerated = {5: 1e-6, 4: 2e-5, 3: 2e-4, 2: 2e-2}
    for scenario in plant.all("LopaScenario"):
        severity = int(plant.value(plant.value(scenario, "analyses"), "severityRank"))
        assert plant.number(scenario, "toleratedFrequency") == tolerated[severity], scenario


def test_risk_results_take_the_severity_of_harm_to_people_from_the_hazard(plant: Model) -> None:
    seen = 0
    for consequence in plant.all("Consequence"):
        hazards = plant.values(consequence, "consequenceOf")
        if hazards and plant.value(consequence, "consequenceCategory") == f"{NS}healthAndSafety":
            seen += 1
            assert plant.value(consequence, "consequenceRank") == plant.value(hazards[0], "severityRank"), hazards
    assert seen > 10

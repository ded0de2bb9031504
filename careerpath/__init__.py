"""A workbook that helps people choose between mastery, management, or both.

The public names of the core are here. Importing them loads nothing heavy: each visitor
of the served page is a process of its own.
"""

from careerpath.errors import AnswerError, CareerpathError, InstrumentError
from careerpath.instrument import (
    Band,
    CutScores,
    Facet,
    Instrument,
    Item,
    Norms,
)
from careerpath.instrument_file import load_instrument
from careerpath.interpretation import Interpretation, interpret
from careerpath.scoring import Score, score

__version__ = "0.1.0"

__all__ = [
    "AnswerError",
    "Band",
    "CareerpathError",
    "CutScores",
    "Facet",
    "Instrument",
    "InstrumentError",
    "Interpretation",
    "Item",
    "Norms",
    "Score",
    "__version__",
    "interpret",
    "load_instrument",
    "score",
]

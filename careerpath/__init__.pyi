"""The public names, and where each one is defined."""

from .assessment.view import AssessmentScreen
from .cohort.adverse_impact import AdverseImpact, adverse_impact
from .cohort.careless import careless_flags
from .cohort.classification import Classification, beta_classification, livingston_lewis
from .cohort.named_cohort import NamedCohort
from .cohort.optimal_cut import OptimalCut, optimal_cut
from .cohort.reading import Cohort, read_cohort
from .cohort.reliability import Reliability, TrueScore, cronbach_alpha, true_score
from .cohort.score_frame import score_frame
from .cohort.simulation import SimulatedCohort, simulate_cohort
from .cohort.tally import Flips, ItemStatistics, Tally
from .cohort.tally_layout import TallyLayout
from .cohort.writing import write_cohort
from .core.answers_file import read_answers
from .core.answers_link import ShareLinkError, decode_answers, encode_answers
from .core.certainty import Flip
from .core.errors import AnswerError, AnswersFileError, CareerpathError, InstrumentError, Reason
from .core.instrument import (
    BANDS,
    Band,
    BandText,
    BandTexts,
    CutScores,
    Facet,
    Instrument,
    Item,
    Norms,
    Scale,
)
from .core.instrument_file import load_instrument
from .core.instrument_lint import Finding, Severity, check_instrument
from .core.interpretation import FacetReading, Interpretation, interpret
from .core.reliable_change import PastResult, ReliableChange, reliable_change
from .core.result_file import KeptResult, ResultFileError, read_results, result_document
from .core.scoring import FacetScore, Score, score
from .ladder.files import load_ladder, save_ladder
from .ladder.findings import Aspect, LadderFinding, find_disparities
from .ladder.ladder import DualLadder, LadderError, LadderLevel, Pay, Rung, Side, Voice
from .ladder.markdown import ladder_markdown
from .ladder.parity import AspectParity, compare_aspects
from .ladder.report import LadderReport
from .ladder.view import LadderScreen
from .questionnaire.rating_slider import RatingSlider
from .room.coach.summary import RoomSummary
from .room.coach.view import RoomScreen
from .room.room import Counts, OpenedRoom, Outcome, Room
from .room.store.store import Store, open_store
from .thresholds.view import ThresholdsScreen
from .top_ten.chance import RandomPickComparison
from .top_ten.list import TopTen, TopTenKind, TopTenLine
from .top_ten.view import TopTenScreen
from .what_next.capacity import DirectReportCapacity, direct_report_capacity
from .what_next.report import ResultReport
from .what_next.where_now import CareerPath, Fit, Week, WhereNow, where_now

__version__: str

__all__ = [
    "BANDS",
    "AdverseImpact",
    "AnswerError",
    "AnswersFileError",
    "Aspect",
    "AspectParity",
    "AssessmentScreen",
    "Band",
    "BandText",
    "BandTexts",
    "CareerPath",
    "CareerpathError",
    "Classification",
    "Cohort",
    "Counts",
    "CutScores",
    "DirectReportCapacity",
    "DualLadder",
    "Facet",
    "FacetReading",
    "FacetScore",
    "Finding",
    "Fit",
    "Flip",
    "Flips",
    "Instrument",
    "InstrumentError",
    "Interpretation",
    "Item",
    "ItemStatistics",
    "KeptResult",
    "LadderError",
    "LadderFinding",
    "LadderLevel",
    "LadderReport",
    "LadderScreen",
    "NamedCohort",
    "Norms",
    "OpenedRoom",
    "OptimalCut",
    "Outcome",
    "PastResult",
    "Pay",
    "RandomPickComparison",
    "RatingSlider",
    "Reason",
    "Reliability",
    "ReliableChange",
    "ResultFileError",
    "ResultReport",
    "Room",
    "RoomScreen",
    "RoomSummary",
    "Rung",
    "Scale",
    "Score",
    "Severity",
    "ShareLinkError",
    "Side",
    "SimulatedCohort",
    "Store",
    "Tally",
    "TallyLayout",
    "ThresholdsScreen",
    "TopTen",
    "TopTenKind",
    "TopTenLine",
    "TopTenScreen",
    "TrueScore",
    "Voice",
    "Week",
    "WhereNow",
    "__version__",
    "adverse_impact",
    "beta_classification",
    "careless_flags",
    "check_instrument",
    "compare_aspects",
    "cronbach_alpha",
    "decode_answers",
    "direct_report_capacity",
    "encode_answers",
    "find_disparities",
    "interpret",
    "ladder_markdown",
    "livingston_lewis",
    "load_instrument",
    "load_ladder",
    "open_store",
    "optimal_cut",
    "read_answers",
    "read_cohort",
    "read_results",
    "reliable_change",
    "result_document",
    "save_ladder",
    "score",
    "score_frame",
    "simulate_cohort",
    "true_score",
    "where_now",
    "write_cohort",
]

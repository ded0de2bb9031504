"""The public names, and where each one is defined."""

from .answers_file import read_answers
from .certainty import Flip
from .check import Finding, Level, check
from .cohort.careless import careless_flags
from .cohort.classification import Classification, beta_classification, livingston_lewis
from .cohort.criterion import AdverseImpact, OptimalCut, adverse_impact, optimal_cut
from .cohort.files import Cohort, read_cohort
from .cohort.frames import score_frame
from .cohort.layout import Layout
from .cohort.reliability import Reliability, TrueScore, cronbach_alpha, true_score
from .cohort.simulation import SimulatedCohort, simulate_cohort
from .cohort.tally import Flips, ItemStatistics, Tally
from .cohort.writing import write_cohort
from .errors import AnswerError, AnswersFileError, CareerpathError, InstrumentError, Reason
from .exercises.aspects import Aspect, LadderFinding
from .exercises.blind_pick import Comparison
from .exercises.capacity import Capacity, direct_report_capacity
from .exercises.dual_ladder import DualLadder
from .exercises.ladder_parity import AspectParity
from .exercises.ladder_parts import LadderLevel, Pay, Rung, Side, Voice
from .exercises.top_ten import TopTen
from .exercises.where_now import Path, Week, WhereNow, where_now
from .instrument import Instrument
from .instrument_file import load_instrument
from .instrument_parts import BANDS, Band, BandText, BandTexts, CutScores, Facet, Item, Norms, Scale
from .interpretation import FacetReading, Interpretation, interpret
from .reliable_change import PastResult, ReliableChange, reliable_change
from .reports.ladder import LadderReport
from .reports.result import ResultReport
from .reports.room_summary import RoomSummary
from .result_file import KeptResult, result_document
from .result_reading import read_results
from .rooms import Counts, OpenedRoom, Outcome, Room
from .scoring import FacetScore, Score, score
from .share_link import decode_answers, encode_answers
from .state.threshold_cohort import LabCohort
from .store.store import Store, open_store
from .widgets.assessment import Assessment
from .widgets.dual_ladder import LadderScreen
from .widgets.rating_slider import RatingSlider
from .widgets.room import RoomScreen
from .widgets.threshold_lab import ThresholdLab
from .widgets.top_ten import TopTenScreen

__version__: str

__all__ = [
    "BANDS",
    "AdverseImpact",
    "AnswerError",
    "AnswersFileError",
    "Aspect",
    "AspectParity",
    "Assessment",
    "Band",
    "BandText",
    "BandTexts",
    "Capacity",
    "CareerpathError",
    "Classification",
    "Cohort",
    "Comparison",
    "Counts",
    "CutScores",
    "DualLadder",
    "Facet",
    "FacetReading",
    "FacetScore",
    "Finding",
    "Flip",
    "Flips",
    "Instrument",
    "InstrumentError",
    "Interpretation",
    "Item",
    "ItemStatistics",
    "KeptResult",
    "LabCohort",
    "LadderFinding",
    "LadderLevel",
    "LadderReport",
    "LadderScreen",
    "Layout",
    "Level",
    "Norms",
    "OpenedRoom",
    "OptimalCut",
    "Outcome",
    "PastResult",
    "Path",
    "Pay",
    "RatingSlider",
    "Reason",
    "Reliability",
    "ReliableChange",
    "ResultReport",
    "Room",
    "RoomScreen",
    "RoomSummary",
    "Rung",
    "Scale",
    "Score",
    "Side",
    "SimulatedCohort",
    "Store",
    "Tally",
    "ThresholdLab",
    "TopTen",
    "TopTenScreen",
    "TrueScore",
    "Voice",
    "Week",
    "WhereNow",
    "__version__",
    "adverse_impact",
    "beta_classification",
    "careless_flags",
    "check",
    "cronbach_alpha",
    "decode_answers",
    "direct_report_capacity",
    "encode_answers",
    "interpret",
    "livingston_lewis",
    "load_instrument",
    "open_store",
    "optimal_cut",
    "read_answers",
    "read_cohort",
    "read_results",
    "reliable_change",
    "result_document",
    "score",
    "score_frame",
    "simulate_cohort",
    "true_score",
    "where_now",
    "write_cohort",
]

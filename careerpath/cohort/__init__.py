"""Many people's answers: scoring frames, tallies, and how far their bands can be trusted.

It loads numpy and scipy, which the process of a visitor never does.
"""

from careerpath.cohort.careless import careless_flags
from careerpath.cohort.classification import Classification, beta_classification, livingston_lewis
from careerpath.cohort.criterion import AdverseImpact, OptimalCut, adverse_impact, optimal_cut
from careerpath.cohort.files import Cohort, read_cohort
from careerpath.cohort.frames import score_frame
from careerpath.cohort.reliability import Reliability, TrueScore, cronbach_alpha, true_score
from careerpath.cohort.simulation import SimulatedCohort, simulate_cohort
from careerpath.cohort.tally import Flips, ItemStatistics, Tally
from careerpath.cohort.writing import write_cohort

__all__ = [
    "AdverseImpact",
    "Classification",
    "Cohort",
    "Flips",
    "ItemStatistics",
    "OptimalCut",
    "Reliability",
    "SimulatedCohort",
    "Tally",
    "TrueScore",
    "adverse_impact",
    "beta_classification",
    "careless_flags",
    "cronbach_alpha",
    "livingston_lewis",
    "optimal_cut",
    "read_cohort",
    "score_frame",
    "simulate_cohort",
    "true_score",
    "write_cohort",
]

"""What to do with a result, and the organisation's side: exercises, and what they rest on.

Pure values in, pure values out: no screen and nothing stored.
"""

from careerpath.exercises.capacity import Capacity, direct_report_capacity
from careerpath.exercises.dual_ladder import DualLadder
from careerpath.exercises.top_ten import TopTen

__all__ = ["Capacity", "DualLadder", "TopTen", "direct_report_capacity"]

"""The screens' views: thin, one file each."""

from careerpath.widgets.assessment import Assessment
from careerpath.widgets.rating_slider import RatingSlider

__all__ = ["Assessment", "RatingSlider"]

"""What next: steps for each band, questions to ask oneself, and what to read on."""

from __future__ import annotations

from dataclasses import dataclass

from careerpath.core.instrument import Band
from careerpath.what_next.where_now import CareerPath, texts

QUESTIONS = (
    "Which of the two ways am I on now, and did I choose it?",
    "Do I add value through people, or directly with what I know?",
    "Am I trying to do both, and what does each of them get of my week?",
)
"""From the articles that the questionnaire starts from."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A finding in our own words, and where it is from.

    Attributes
    ----------
    says, source : str
    """

    says: str
    source: str


_ARTICLES = Reading(
    "Careers go two ways, and neither is the higher one. An organisation that wants both has to "
    "give its experts titles, pay and a voice that grow as those of its managers do.",
    "Mike Hawkins, Alpine Link: the two articles that this questionnaire starts from.",
)
_LEVEL = Reading(
    "In one public ladder a principal engineer stands level with a director.",
    "Medium's Snowflake, a growth framework for engineers.",
)
_PROMOTED = Reading(
    "Promoting the best individual performer can cost the team: twice the sales made a promotion "
    "about 15 % likelier, and then the new manager's people sold 7.5 % less.",
    "Benson, Li and Shue, on 214 firms.",
)
_SPAN = Reading(
    "Who also does the work is usually given three to five people, a coach six or seven.",
    "McKinsey, How to identify the right spans of control for your organization, December 2017.",
)
_MANAGERS = Reading(
    "Managers in the US have 12.1 people on average, with a median of five to six, and 97 % of the "
    "managers do work of their own as well.",
    "Gallup, Span of control: what's the optimal team size for managers?, January 2026.",
)
_BOTH = Reading(
    "Among 880 engineers the pull of technical work and the pull of managing went against each "
    "other; and yet several strong pulls in one person are common.",
    "Wils and others, 2010; Feldman and Bolino, 1996; Martineau and others, 2005.",
)
_READING = {
    CareerPath.MASTERY: (_ARTICLES, _LEVEL, _PROMOTED),
    CareerPath.BOTH: (_ARTICLES, _BOTH, _SPAN),
    CareerPath.MANAGEMENT: (_ARTICLES, _MANAGERS, _PROMOTED),
}


def next_steps(band: Band | str) -> tuple[str, ...]:
    """Return three steps for what somebody is suited to, whatever they do now.

    Examples
    --------
    >>> len(next_steps("both"))
    3
    """
    return tuple(texts()[CareerPath(str(band))][CareerPath(str(band))]["steps"])


def reading(band: Band | str) -> tuple[Reading, ...]:
    """Return what to read on, with its sources.

    Examples
    --------
    >>> [each.source[:8] for each in reading("management")]
    ['Mike Haw', 'Gallup, ', 'Benson, ']
    """
    return _READING[CareerPath(str(band))]

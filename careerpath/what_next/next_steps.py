"""What next: steps for each band, questions to ask yourself, and what to read."""

from __future__ import annotations

from dataclasses import dataclass

from careerpath.core.instrument import Band
from careerpath.what_next.where_now import CareerPath, texts

QUESTIONS = (
    "Which of the two paths am I on now, and did I choose it?",
    "Do I add value through people, or directly with what I know?",
    "Am I trying to do both, and how much of my week does each get?",
)
"""From the articles that the questionnaire is based on."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A finding in our own words, and its source.

    Attributes
    ----------
    says, source : str
    """

    says: str
    source: str


_ARTICLES = Reading(
    "Careers go two ways, and neither is the higher one. An organisation that wants both must give "
    "its experts titles, pay and a voice that grow as those of its managers do.",
    "Mike Hawkins, Alpine Link: the two articles that this questionnaire is based on.",
)
_LEVEL = Reading(
    "In one public ladder a principal engineer is on the same level as a director.",
    "Medium's Snowflake, a growth framework for engineers.",
)
_PROMOTED = Reading(
    "Promoting the best individual performer can cost the team: people with twice the sales were "
    "about 15 % more likely to be promoted, and then their new team sold 7.5 % less.",
    "Benson, Li and Shue, on 214 firms.",
)
_SPAN = Reading(
    "A manager who also does the work usually has three to five people, a coach six or seven.",
    "McKinsey, How to identify the right spans of control for your organization, December 2017.",
)
_MANAGERS = Reading(
    "Managers in the US have 12.1 people on average, with a median of five to six, and 97 % of the "
    "managers do work of their own as well.",
    "Gallup, Span of control: what's the optimal team size for managers?, January 2026.",
)
_BOTH = Reading(
    "Among 880 engineers, the more technical work attracted a person, the less managing did; but "
    "it is common for one person to be strongly attracted by several things.",
    "Wils and others, 2010; Feldman and Bolino, 1996; Martineau and others, 2005.",
)
_READING = {
    CareerPath.MASTERY: (_ARTICLES, _LEVEL, _PROMOTED),
    CareerPath.BOTH: (_ARTICLES, _BOTH, _SPAN),
    CareerPath.MANAGEMENT: (_ARTICLES, _MANAGERS, _PROMOTED),
}


def next_steps(band: Band | str) -> tuple[str, ...]:
    """Return three steps for what suits a person, whatever they do now.

    Examples
    --------
    >>> len(next_steps("both"))
    3
    """
    return tuple(texts()[CareerPath(str(band))][CareerPath(str(band))]["steps"])


def reading(band: Band | str) -> tuple[Reading, ...]:
    """Return what to read, with its sources.

    Examples
    --------
    >>> [each.source[:8] for each in reading("management")]
    ['Mike Haw', 'Gallup, ', 'Benson, ']
    """
    return _READING[CareerPath(str(band))]

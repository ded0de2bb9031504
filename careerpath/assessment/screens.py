"""The assessment's screens as HTML: what each shows of the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from careerpath.core.instrument import Instrument
from careerpath.core.numbers import exact
from careerpath.questionnaire.model import SECONDS_PER_ITEM, Draft, Phase, QuestionnaireModel
from careerpath.ui.templates import render
from careerpath.what_next.choices import choices

if TYPE_CHECKING:
    from careerpath.questionnaire.shared_link import SharedAnswers
    from careerpath.room.participant.model import ParticipantModel


def welcome(
    instrument: Instrument,
    *,
    offered: Draft | None = None,
    storage: bool = True,
    moved: bool = False,
    waiting: bool = False,
    room: ParticipantModel | None = None,
    refusal: str = "",
) -> str:
    """Return the first screen as HTML."""
    seconds = len(instrument.items) * SECONDS_PER_ITEM
    return render(
        "assessment/templates/welcome.html",
        place=Phase.WELCOME,
        instrument=instrument,
        minutes=max(1, round(seconds / 60)),
        offered=offered,
        storage=storage,
        moved=moved,
        waiting=waiting,
        room=room,
        refusal=refusal,
    )


def skeleton(instrument: Instrument) -> str:
    """Return the first screen as a page paints it before the kernel answers."""
    return welcome(instrument, waiting=True)


def progress(model: QuestionnaireModel, place: str) -> str:
    """Return what stands above a question."""
    return render(
        "assessment/templates/progress.html",
        place=place,
        number=model.position + 1,
        count=len(model.instrument.items),
        minutes=model.minutes_left,
    )


def navigation(model: QuestionnaireModel, place: str) -> str:
    """Return what stands below a question."""
    return render(
        "assessment/templates/navigation.html",
        place=place,
        obstacle=model.obstacle,
        complete=model.complete,
        last=model.position + 1 == len(model.instrument.items),
        scale=model.instrument.scale,
    )


def review(model: QuestionnaireModel, place: str, *, revised: str | None) -> str:
    """Return the list of all answers."""
    return render(
        "assessment/templates/review.html",
        place=place,
        rows=_rows(model.instrument, model.answers),
        obstacle=model.obstacle,
        revised=revised,
    )


def result(model: QuestionnaireModel, place: str) -> str:
    """Return the upper part of a result."""
    return render(
        "assessment/templates/result.html",
        place=place,
        instrument=model.instrument,
        result=model.score,
        meaning=model.interpretation,
        taken=model.taken,
        shared=False,
    )


def details(model: QuestionnaireModel, place: str, *, opened: bool) -> str:
    """Return the lower part; the choices and the end stand by themselves once one is opened."""
    meaning = model.interpretation
    return render(
        "assessment/templates/result_details.html",
        place=place,
        meaning=meaning,
        parts=choices(meaning.band) if meaning and not opened else (),
        opened=opened,
        shared=False,
        answers=(),
    )


def end(model: QuestionnaireModel, place: str) -> str:
    """Return what stands at the end of a result."""
    return render(
        "assessment/templates/result_end.html",
        place=place,
        meaning=model.interpretation,
        shared=False,
    )


def shared_result(shared: SharedAnswers, place: str) -> tuple[str, str]:
    """Return both parts of a result that a link holds."""
    instrument, meaning = shared.instrument, shared.meaning
    return (
        render(
            "assessment/templates/result.html",
            place=place,
            instrument=instrument,
            result=shared.score,
            meaning=meaning,
            taken=None,
            shared=True,
        ),
        render(
            "assessment/templates/result_details.html",
            place=place,
            meaning=meaning,
            parts=(),
            opened=False,
            shared=True,
            answers=_rows(instrument, shared.answers),
        ),
    )


def _rows(instrument: Instrument, answers: Mapping[str, int | float]) -> list[dict[str, object]]:
    scale = instrument.scale
    span = exact(scale.maximum) - exact(scale.minimum)
    rows: list[dict[str, object]] = []
    for item in instrument.items:
        answer = answers.get(item.id)
        position = None if answer is None else 100 * (exact(answer) - exact(scale.minimum)) / span
        rows.append({"item": item, "answer": answer, "position": position})
    return rows

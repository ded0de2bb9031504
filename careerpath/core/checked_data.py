"""Data that pydantic checks; its findings, in the words of the file's author."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from careerpath.core.errors import CareerpathError, shown

MOST_FINDINGS = 1_000
"""Of more, only their number is said: a file of 2 MB can hold a million, and each takes 1 kB."""
_MUST_BE = {
    "int_type": "must be a number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be an array",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "too_short": "must not be empty",
    "string_pattern_mismatch": (
        "must be letters, digits, '.', '_' and '-' only, and start with a letter or digit"
    ),
}
"""What a value must be, by the kind of pydantic's finding, in the words of a TOML file."""


class CheckedData(BaseModel):
    """Data that cannot change. If it is invalid, an error of the class `raises` says why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    raises: ClassVar[type[CareerpathError]] = CareerpathError
    unknown_key: ClassVar[str] = "is not a known key. Remove it or fix its spelling."

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            name = type(self).__name__
            unknown = f"is nothing that {name} has. Remove it or fix its spelling."
            raise self.raises(
                describe_validation(error, data, place=f"{name}()", unknown_key=unknown)
            ) from None

    # This is for calls in Python only. With pydantic's own mark, pydantic does not call it for the
    # data inside other data, where an error here would lose its place.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def validated(cls, data: dict[str, Any], *, place: str) -> Self:
        """Make an object from plain data, as a file holds it.

        Parameters
        ----------
        data : dict
        place : str
            Where the data come from, for the error.

        Raises
        ------
        CareerpathError
            If the data are invalid: one line for each problem, with its place and key and the next
            step.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise cls.raises(
                describe_validation(error, data, place=place, unknown_key=cls.unknown_key)
            ) from None


def describe_validation(
    error: ValidationError,
    data: dict[str, Any],
    *,
    place: str,
    unknown_key: str,
) -> str:
    """Turn pydantic's findings into lines that name the place, the key and the next step."""
    if error.error_count() > MOST_FINDINGS:
        return f"{place} has {error.error_count():,} errors. Check that this is the right file."
    lines: dict[str, None] = {}  # in order, each once
    for finding in error.errors(include_url=False):
        key = _key(finding["loc"], data)
        match finding["type"]:
            case "extra_forbidden":
                fact = unknown_key
            case "missing":
                fact = "is missing. Add it."
            case "value_error":
                told = str(finding["ctx"]["error"])
                fact = told if told.endswith((".", "?")) else f"{told}."
            case _:
                must = _MUST_BE.get(
                    finding["type"], finding["msg"].replace("Input should be", "must be")
                )
                fact = f"got {shown(finding['input'])}: {must}."
        line = f"{place}: {key} {fact}" if key else f"{place}: {fact}"
        lines[line] = None
    return "\n".join(lines)


def _key(location: tuple[int | str, ...], data: object) -> str:
    """Name a key as its author knows it: ``items 'q03' stem`` rather than ``items.2.stem``."""
    words: list[str] = []
    here = data
    for step in location:
        if isinstance(step, str) and step in {"int", "float"} and not isinstance(here, dict):
            continue  # pydantic's word for one of the kinds of a number
        try:
            here = here[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, dict) else None
            words.append(repr(name) if name else f"number {step + 1}")
        else:
            words.append(step)
    return " ".join(words)

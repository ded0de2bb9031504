"""Writing a cohort to a file in which a spreadsheet finds no formulas."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from careerpath.cohort.formats import CohortFileError
from careerpath.core.files import written_whole
from careerpath.core.text_tables import escape_formula


def write_cohort(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a frame as CSV, TSV or Parquet.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.

    Parameters
    ----------
    frame : pandas.DataFrame
    path : str or Path
        It ends in .csv, .tsv or .parquet. An existing file is replaced.

    Returns
    -------
    Path

    Raises
    ------
    CareerpathError
        If the file cannot be written, or its name has another ending.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".csv", ".tsv", ".parquet"):
        raise CohortFileError(
            f"The format of {path} is not known. End its name in one of: .csv, .tsv, .parquet."
        )
    with written_whole(path, raises=CohortFileError) as beside:
        _put(frame, kind, beside)
    return path


def pack_cohort(frame: pd.DataFrame, kind: str) -> bytes:
    """Return what `write_cohort` writes to a file that ends in .csv, .tsv or .parquet."""
    content = BytesIO()
    _put(frame, kind, content)
    return content.getvalue()


def _put(frame: pd.DataFrame, kind: str, place: Path | BytesIO) -> None:
    if kind == ".parquet":
        _plain_for_parquet(frame).to_parquet(place, index=False, engine="pyarrow")
    else:
        separator = "\t" if kind == ".tsv" else ","
        _escaped(frame).to_csv(place, index=False, sep=separator, mode="wb")


def _escaped(frame: pd.DataFrame) -> pd.DataFrame:
    made = {}
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        if column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
            column = column.map(_escape, na_action="ignore")
        elif isinstance(column.dtype, pd.CategoricalDtype):
            column = column.astype(object).map(_escape, na_action="ignore")
        made[escape_formula(str(name))] = column
    return pd.DataFrame(made, index=frame.index)


def _escape(value: Any) -> Any:
    return escape_formula(value) if isinstance(value, str) else value


def _plain_for_parquet(frame: pd.DataFrame) -> pd.DataFrame:
    """Write columns of mixed types as text, because a Parquet column has one type."""
    made = {
        name: frame[name].map(str, na_action="ignore")
        for name in frame.columns
        if frame[name].dtype == object and len({type(value) for value in frame[name].dropna()}) > 1
    }
    return frame.assign(**made)

"""Tables as CSV: UTF-8, comma, ISO 8601 times with their offset, one header row, and the HXL tag row on request; or for
Excel.
"""

from __future__ import annotations

import json
import locale
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from refugee_model.outcomes.register import QUANTITIES, decimals_of, tag_of, whole_of

EXCEL = "excel"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A text that begins with one of these would be a formula in a spreadsheet."""


def csv_bytes(table: pd.DataFrame, *, hxl: bool = False, excel: bool = False) -> bytes:
    """A table as a CSV file."""
    if not excel:
        return csv_text(table, hxl=hxl).encode()
    columns, decimal = local_separators()
    harmless = table.assign(
        **{str(name): column.map(_harmless) for name, column in table.items() if not _is_plain(column)}
    )
    harmless = harmless.rename(columns=_harmless)  # axes of a study are columns
    return csv_text(harmless, hxl=hxl, columns=columns, decimal=decimal).encode("utf-8-sig")


def local_separators() -> tuple[str, str]:
    """What parts columns and what parts decimals in spreadsheets of this machine."""
    usual = locale.setlocale(locale.LC_NUMERIC)
    try:
        named = locale.setlocale(locale.LC_NUMERIC, "")
        point = locale.localeconv()["decimal_point"] == "." and named.partition(".")[0] not in ("C", "POSIX")
    except locale.Error:
        point = False
    finally:
        locale.setlocale(locale.LC_NUMERIC, usual)
    return (",", ".") if point else (";", ",")


def _is_plain(column: pd.Series) -> bool:
    """Whether a column holds numbers or times, of which none can be a formula."""
    return bool(pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column))


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def csv_text(table: pd.DataFrame, *, hxl: bool = False, columns: str = ",", decimal: str = ".") -> str:
    """A table as the text of a CSV file.

    >>> import pandas as pd
    >>> print(csv_text(pd.DataFrame({"place": ["Coldmere"], "people": [4175.0]}), hxl=True), end="")
    place,people
    #loc+name,#affected
    Coldmere,4175
    """
    told: dict[str, pd.Series] = {}
    for name, column in table.items():
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            moments = {moment: moment.isoformat(timespec="seconds") for moment in column.dropna().unique()}
            told[str(name)] = column.map(moments)
        elif column.dtype.kind == "f":
            whole = whole_of(str(name))
            rounded = column.round(decimals_of(whole)) + 0.0 if whole in QUANTITIES else column  # no -0.0
            told[str(name)] = _figures(rounded, decimal)
    written = table.assign(**told)
    text = written.to_csv(index=False, float_format="%.10g", lineterminator="\n", sep=columns, decimal=decimal)
    if hxl:
        header, _, rows = text.partition("\n")
        items = "item" in table.columns
        tags = columns.join(tag_of(whole_of(str(name)), items=items) for name in table.columns)
        text = f"{header}\n{tags}\n{rows}"
    return text


def json_text(values: Mapping[str, Any]) -> str:
    """Plain values as the text of a JSON file, one to a line, in the order given."""
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _figures(column: pd.Series, decimal: str) -> pd.Series:
    """Numbers as texts, each different number once: a table of 600 provinces has millions of cells."""
    bits, places = np.unique(column.to_numpy(dtype=np.float64, copy=True).view(np.int64), return_inverse=True)
    texts = [
        "" if value != value else f"{value:.10g}".replace(".", decimal) for value in bits.view(np.float64).tolist()
    ]
    different, codes = np.unique(np.asarray(texts, dtype=object), return_inverse=True)
    return pd.Series(pd.Categorical.from_codes(codes[places], pd.Index(different)), index=column.index)

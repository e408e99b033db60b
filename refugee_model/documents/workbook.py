"""A workbook for those who live in spreadsheets: decisions and summary first, a table a sheet, charts, assumptions."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from refugee_model.documents.pages import DAYS
from refugee_model.documents.pictures import daily
from refugee_model.documents.story import CHANCES, ORDERS, Story
from refugee_model.files.table_files import FORMULA

WIDEST, NARROWEST = 60, 9
"""Of a column [letters]."""
LONGEST_TEXT = 32_000
"""Letters that a cell holds."""
DAY_WIDE, BOLD = 16, 1.2
"""Of a column of the sheet by day [letters], and how much wider bold letters are."""
HALF_A_SECOND = timedelta(seconds=0.5)
DECIMALS, SMALLEST_SHOWN, LARGE = 6, 0.005, 10
ROW, LINE = 15, 120
"""Height of a line [points], and letters on it where sentences stand."""
SUMMARY_WIDTHS = (15, 34, 18, 18, 18, 14, 16, 15, 15, 15)
"""Of the columns of the first sheet, over which its sentences run."""
FIGURE_WIDE = 2
"""Columns over which the name of a key figure runs."""
FIRST_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no offset
"""When a workbook was made, as it says of itself, where the scenario has no as-of: the same input, the same bytes."""
COLOURS = ("#8EBEFF", "#0072BC", "#8EBEFF", "#EF4A60")
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "text": {"text_wrap": True, "valign": "top", "align": "left", "indent": 1},
    "title": {"bold": True, "font_size": 16},
    "heading": {"bold": True, "font_size": 14},
    "head": {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCE9F5", "border": 1},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "small": {"num_format": "#,##0.00##", "valign": "top"},
    "share": {"num_format": "0%", "valign": "top"},
    "time": {"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left", "indent": 1},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left", "indent": 1},
    "assumed": {"text_wrap": True, "valign": "top", "bg_color": "#FFF2CC"},
}


def workbook_bytes(story: Story) -> bytes:
    """The workbook of a story."""
    return _Book(story).made()


def _shown_whole(numbers: Any) -> Any:
    """Whether a number, or each of an array, is shown without decimals."""
    return (np.abs(numbers) >= LARGE) | (np.abs(numbers - np.rint(numbers)) < SMALLEST_SHOWN)


class _Book:
    """A workbook that is being written."""

    def __init__(self, story: Story) -> None:
        self.story, self.words = story, story.words
        self.buffer = io.BytesIO()
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = xlsxwriter.Workbook(self.buffer, {"in_memory": True, **plain})
        self.looks = {name: self.file.add_format(dict(look)) for name, look in LOOKS.items()}
        self.quoted = {name: self.file.add_format({**look, "quote_prefix": True}) for name, look in LOOKS.items()}
        self.names: set[str] = set()

    @cached_property
    def footer(self) -> str:
        """At the foot of every printed page."""
        return f"&L{self.story.made_by.replace('&', '&&')[:200]}&R&P / &N"

    def made(self) -> bytes:
        """All sheets, in the order in which they are read."""
        story, as_of = self.story, self.story.scenario.as_of
        created = FIRST_DAY if as_of is None else as_of.replace(tzinfo=None)
        self.file.set_properties({"title": story.title[:250], "comments": story.made_by, "created": created})
        self._summary()
        self._by_day()
        if story.decisions is not None:
            self._table("decisions", story.decisions)
        self._table("gaps", story.sector_gaps)
        for name, table in story.tables.items():
            self._table(name, table)
        self._table("assumptions", story.assumptions)
        sheet = self._sheet("limits")
        sheet.set_column(0, 0, LINE)
        self._lines(sheet, 0, [self.words.text("tables.limits")], "title")
        self._lines(sheet, 1, story.limits)
        self.file.close()
        return self.buffer.getvalue()

    def _sheet(self, name: str) -> Worksheet:
        """An empty sheet, set up for print on A4."""
        said = "".join(letter for letter in self.words.text(f"tables.{name}") if letter not in "[]:*?/\\")[:31]
        said = said if said.casefold() not in self.names else f"{said[:28]} {len(self.names)}"
        self.names.add(said.casefold())
        sheet = self.file.add_worksheet(said)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(self.footer)
        return sheet

    def _write(self, sheet: Worksheet, row: int, column: int, value: Any, look: str = "") -> None:
        """One cell: a real number, a real date, or a text that is nothing but text."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._number(sheet, row, column, float(value), look)
        elif isinstance(value, str):
            text = value[:LONGEST_TEXT]
            looks = self.quoted if text.startswith(FORMULA) else self.looks
            sheet.write_string(row, column, text, looks[look or "text"])
        elif value is None or value is pd.NaT:
            return
        elif isinstance(value, datetime):
            local = (value + HALF_A_SECOND).replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(row, column, local, self.looks[look or "time"])
        elif isinstance(value, date):
            moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a cell has no offset
            sheet.write_datetime(row, column, moment, self.looks[look or "date"])
        else:
            self._write(sheet, row, column, str(value), look)

    def _number(self, sheet: Worksheet, row: int, column: int, value: float, look: str) -> None:
        if math.isnan(value):
            return
        if math.isinf(value):
            sheet.write_string(row, column, self.words.text("numbers.endless"), self.looks[look or "text"])
            return
        kept = round(value, DECIMALS) + 0.0
        usual = "whole" if _shown_whole(kept) else "small"
        sheet.write_number(row, column, kept, self.looks[look or usual])

    def _lines(self, sheet: Worksheet, row: int, lines: Iterable[str], look: str = "text", wide: int = 1) -> int:
        """Sentences, one a row over so many columns; gives the next row."""
        for line in lines:
            if wide > 1:
                sheet.merge_range(row, 0, row, wide - 1, "", self.looks[look])
            self._write(sheet, row, 0, line, look)
            if look == "text":
                sheet.set_row(row, ROW * math.ceil(len(line) / LINE))
            row += 1
        return row

    def _grid(self, sheet: Worksheet, row: int, shown: pd.DataFrame, widths: Sequence[float]) -> int:
        """A header and the rows of a table in words, as high as their texts; gives the next row."""
        names = [str(name) for name in shown.columns]
        heads, looks = [self.story.column(name) for name in names], [_look(name) for name in names]
        sheet.set_row(row, ROW * max(2, _lines_of(heads, [width / BOLD for width in widths])))
        for column, head in enumerate(heads):
            self._write(sheet, row, column, head, "head")
        for number, values in enumerate(_rows(shown), start=row + 1):
            lines = _lines_of(values, widths)
            if lines > 1:
                sheet.set_row(number, ROW * lines)
        for column, look in enumerate(looks):
            self._column(sheet, row + 1, column, shown.iloc[:, column], look)
        return row + 1 + len(shown)

    def _column(self, sheet: Worksheet, row: int, column: int, values: pd.Series[Any], look: str) -> None:
        """A column of a table; finite numbers, of which there are very many, are written in runs that look alike."""
        if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
            for number, value in enumerate(values.tolist(), start=row):
                self._write(sheet, number, column, value, look)
            return
        kept = values.to_numpy(dtype=float).round(DECIMALS) + 0.0
        whole = _shown_whole(kept)
        ends = [*(np.flatnonzero(np.diff(whole)) + 1), len(kept)] if len(kept) else []
        for first, end in zip([0, *ends], ends, strict=False):
            usual = "whole" if whole[first] else "small"
            sheet.write_column(row + first, column, kept[first:end].tolist(), self.looks[look or usual])

    def _summary(self) -> None:
        story, text = self.story, self.words.text
        sheet, wide = self._sheet("summary"), len(SUMMARY_WIDTHS)
        for column, width in enumerate(SUMMARY_WIDTHS):
            sheet.set_column(column, column, width)
        self._write(sheet, 0, 0, story.title, "heading")
        about = [text("as_of", time=story.as_of, zone=story.zone)] if story.as_of else []
        about += [text("report.source", source=story.scenario.source)] if story.scenario.source else []
        lines = [*about, story.made_by, *([self.words.draft] if self.words.draft else [])]
        row = self._lines(sheet, 1, lines, wide=wide) + 1
        row = self._lines(sheet, row, [text("tables.decisions")], "heading")
        if story.decisions is not None and not story.decisions.empty:
            orders = story.decisions[[name for name in ORDERS if name in story.decisions]]
            row = self._grid(sheet, row, story.in_words(orders), SUMMARY_WIDTHS) + 1
        if story.about_orders:
            row = self._lines(sheet, row, [story.about_orders], wide=wide) + 1
        row = self._lines(sheet, row, [text("tables.summary")], "heading")
        row = self._lines(sheet, row, story.highlights, wide=wide) + 1
        self._figures(sheet, row)

    def _figures(self, sheet: Worksheet, row: int) -> None:
        """Key figures, the name of each over several columns."""
        story, text = self.story, self.words.text
        names = ("figure", "middle", "low", "high", "chance") if story.draws else ("figure", "value")
        lines: list[list[Any]] = [[text(f"figures.{name}") for name in names]]
        for figure in story.figures:
            unit = story.unit(figure.name)
            label = f"{figure.label} [{unit}]" if unit not in ("", "USD") else figure.label
            chance = "" if figure.chance is None else self.words.short_chance(figure.chance, story.draws)
            lines.append([label, figure.middle, figure.low, figure.high, chance][: len(names)])
        for number, line in enumerate(lines):
            look = "" if number else "head"
            sheet.merge_range(row + number, 0, row + number, FIGURE_WIDE - 1, "", self.looks[look or "text"])
            sheet.set_row(row + number, ROW * (1 if number and len(line[0]) < sum(SUMMARY_WIDTHS[:FIGURE_WIDE]) else 2))
            for column, value in enumerate(line):
                self._write(sheet, row + number, column + (FIGURE_WIDE - 1 if column else 0), value, look)

    def _by_day(self) -> None:
        """Arrivals and people in state accommodation day by day, and charts that follow the cells."""
        days = daily(self.story)
        if days.empty:
            return
        sheet = self._sheet("by_day")
        self._grid(sheet, 0, days, [DAY_WIDE] * len(days.columns))
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(days.columns) - 1, DAY_WIDE)
        for place, title in enumerate(("arrivals_on_day", "in_state_accommodation")):
            columns = [number for number, name in enumerate(days.columns) if name.startswith(title)]
            columns += [number for number, name in enumerate(days.columns) if name == "beds" and place == 1]
            chart = self._chart(sheet.get_name(), columns, len(days), column=place == 0)
            chart.set_title({"name": self.words.text(f"charts.{title}"), "name_font": {"size": 12}})
            sheet.insert_chart(1 + place * 20, len(days.columns) + 1, chart)

    def _chart(self, sheet: str, columns: Sequence[int], rows: int, *, column: bool) -> Any:
        single = column and len(columns) == 1
        chart = self.file.add_chart({"type": "column" if single else "line"})
        assert chart is not None
        for number, place in enumerate(columns):
            colour = COLOURS[number % len(COLOURS)] if len(columns) > 2 else COLOURS[1 + 2 * number]
            look: dict[str, Any] = {"fill": {"color": colour}} if single else {"line": {"color": colour, "width": 2}}
            chart.add_series(
                {
                    "name": [sheet, 0, place],
                    "categories": [sheet, 1, 0, rows, 0],
                    "values": [sheet, 1, place, rows, place],
                    **look,
                }
            )
        chart.set_x_axis({"date_axis": True, "num_format": "dd.mm", "major_unit": 7, "num_font": {"size": 9}})
        chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
        chart.set_legend({"position": "bottom"} if len(columns) > 1 else {"none": True})
        chart.set_size({"width": 760, "height": 380})
        return chart

    def _table(self, name: str, table: pd.DataFrame) -> None:
        """One table on a sheet: a frozen header with units, filters, the header again on every printed page."""
        if table.empty:
            return
        sheet = self._sheet(name)
        shown = self.story.in_words(table)
        heads = [self.story.column(str(column)) for column in shown.columns]
        widths = [_width(head, shown.iloc[:, number]) for number, head in enumerate(heads)]
        self._grid(sheet, 0, shown, widths)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, len(shown), len(heads) - 1)
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        if name == "assumptions":
            assumed = {"type": "cell", "criteria": "==", "value": f'"{self.words.text("status.assumed")}"'}
            last = len(heads) - 1
            sheet.conditional_format(1, last, len(shown), last, {**assumed, "format": self.looks["assumed"]})


def _lines_of(values: Sequence[Any], widths: Sequence[float]) -> int:
    """Lines that the longest text of a row takes."""
    texts = ((value, width) for value, width in zip(values, widths, strict=False) if isinstance(value, str))
    return max((math.ceil(len(text) / (width - 1)) for text, width in texts if len(text) >= width), default=1)


def _look(name: str) -> str:
    """How the cells of a column look; empty where each says itself what it is."""
    return "date" if name in DAYS else "share" if name.startswith(CHANCES) else ""


def _rows(table: pd.DataFrame) -> list[list[Any]]:
    """Rows as plain values."""
    return [list(row) for row in zip(*(column.tolist() for _, column in table.items()), strict=True)]


def _width(head: str, column: pd.Series[Any]) -> float:
    """So wide that most texts fit on a line."""
    if column.dtype.kind in "fiu":
        return max(NARROWEST + 2, min(len(head) / 2, 16))
    if column.dtype.kind == "M":
        return 17
    longest = max((len(str(value)) for value in column.unique()[:400]), default=0)
    return min(max(longest + 1, NARROWEST, len(head) / 2), WIDEST)

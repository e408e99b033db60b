"""Lines are broken between words, in time that grows with the text and not with its square."""

import pytest
from matplotlib.figure import Figure

from refugee_model.charts import labels as module
from refugee_model.charts.labels import balance, wrap

SAID = "Many people wait at the crossing while the road is closed and nobody can tell when it opens again"


def lines_of(said: str, width: float, how: object) -> list[str]:
    figure = Figure(figsize=(10, 5))
    text = figure.text(0.0, 0.5, said, parse_math=False)
    how(text, width)  # type: ignore[operator]
    assert all(wide(figure, line) <= width * 1.02 or len(line) == 1 for line in text.get_text().split("\n"))
    return text.get_text().split("\n")


def wide(figure: Figure, line: str) -> float:
    return float(figure.text(0.0, 0.0, line, parse_math=False).get_window_extent().width)


@pytest.mark.parametrize("how", [wrap, balance])
@pytest.mark.parametrize(
    "said", [SAID, "a" * 300, "", "  two   words ", SAID.replace(" ", "\n"), "w" * 50 + " " + SAID]
)
def test_no_letter_is_lost_and_no_line_too_wide(said: str, how: object) -> None:
    lines = lines_of(said, 250.0, how)
    assert "".join(lines).replace(" ", "") == "".join(said.split())


def test_a_text_that_fits_stays_one_line() -> None:
    assert lines_of("two words", 400.0, balance) == ["two words"]


def test_balanced_lines_are_of_like_length() -> None:
    first, *_, last = (len(line) for line in lines_of(SAID, 350.0, balance))
    assert last > 0.5 * first


def test_each_word_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []
    real = module._Words.wide

    def wide(self: module._Words, said: str) -> float:
        if said not in self.known:
            measured.append(said)
        return real(self, said)

    monkeypatch.setattr(module._Words, "wide", wide)
    lines_of(" ".join([SAID] * 100), 300.0, balance)
    assert len(measured) <= len(set(SAID.split())) + 4
    lines_of("abcdefghij" * 1000, 300.0, wrap)
    assert len(measured) <= len(set(SAID.split())) + 20

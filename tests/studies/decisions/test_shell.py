"""Decisions on the shell: those due come first, and a plan is written or refused in one message."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import refugee_model as rm
from tests.test_cli import SMALL, shell

OPTIONS = f"""based_on = "{SMALL.as_posix()}"
title = "Small with a shop"
[people]
total = {{low = 2_000, likely = 10_000, high = 20_000}}
[aid.options.Tents]
kind = "transit places"
unit_cost_usd = 50
pack_size = 5
supplier_days = {{low = 1, likely = 2, high = 4}}
[aid.options.Blankets]
kind = "goods"
item = "blanket"
unit_cost_usd = 8
supplier_days = 3
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.toml"
    path.write_text(OPTIONS)
    return path


@pytest.mark.slow
def test_decisions_due_come_first(shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    out = shop.parent / "run"
    assert shell(monkeypatch, "run", shop, "--draws", "64", "--out", out) == 0
    said = capsys.readouterr().out
    assert 0 <= said.index("Decisions due") < said.index("How many cross?")
    due = pd.read_csv(out / "decisions.csv")
    assert set(due["option"]) == {"Tents", "Blankets"}
    assert (out / "plots" / "decisions.png").exists()
    assert set(pd.read_csv(out / "required.csv")["confidence"]) == {0.5}


def test_plan_is_written_and_its_scenario_runs(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    out = shop.parent / "plan"
    words = ("plan", shop, "--budget", "30_000", "--confidence", "0.5", "--draws", "32", "--out", out)
    assert shell(monkeypatch, *words) == 0
    assert "Beside rules of thumb" in capsys.readouterr().out
    orders = pd.read_csv(out / "orders.csv")
    assert 0 < orders["total_cost_usd"].sum() <= 30_000
    assert len(rm.load_scenario(out / "scenario.toml").aid.options) == 2
    brief, page = shop.parent / "brief.html", shop.parent / "page.html"
    assert shell(monkeypatch, "report", out, "--brief", brief, "--html", page) == 0
    for shown in (brief, page):
        assert all(f">{option}<" in shown.read_text(encoding="utf-8") for option in orders["option"])
    again = (*words[:3], "20_000", *words[4:-1], shop.parent / "again", "--before", out)
    assert shell(monkeypatch, *again) == 0
    assert "Since the plan before" in capsys.readouterr().out
    changes = pd.read_csv(shop.parent / "again" / "changes.csv").set_index("option")
    assert changes["quantity_before"].to_dict() == orders.set_index("option")["quantity"].to_dict()
    assert shell(monkeypatch, *again[:-1], shop.parent, "--force") == 1
    assert "expected a folder that plan has written, with its orders.csv" in capsys.readouterr().err


def test_a_budget_below_the_smallest_order_writes_nothing(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    out = shop.parent / "plan"
    assert shell(monkeypatch, "plan", shop, "--budget", "5", "--confidence", "0.5", "--out", out) == 1
    assert "the cheapest is 'Blankets', 8 USD" in capsys.readouterr().err
    assert not out.exists()

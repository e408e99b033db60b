"""The command that learns from reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refugee_model.errors import Attempts
from refugee_model.languages import language as language_of

if TYPE_CHECKING:
    from refugee_model.studies.forecast.forecast import Forecast

from refugee_model.cli.messages import FIRST_TIME, narrator, tell, tell_notes, warned
from refugee_model.cli.options import Chosen, Excel, Folder, Force, Quiet, Seed, Spoken
from refugee_model.cli.preparing import load_matplotlib


def forecast(
    scenario: Chosen,
    reports: Annotated[str, typer.Option(help="Reports so far: a packaged name such as lachin-2023, or a CSV.")],
    out: Folder,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Only reports up to this time, with its offset; up to the last one unless given."
        ),
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws of the forecast.")] = 20_000,
    seed: Seed = 1,
    language: Spoken = "en",
    excel: Excel = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Learn from the reports so far and say what comes.

    The reports are a CSV with the columns time, quantity, place, value; times with their offset from UTC.

    Example: `refugee-model forecast lachin-2023-plan --reports lachin-2023 --until 2023-09-26T20:00+04:00 --out
    forecast-26`
    """
    from refugee_model.files.reports_file import read_reports
    from refugee_model.files.results_folder import check_folder, write_folder
    from refugee_model.files.scenario_file import input_files, load_scenario
    from refugee_model.studies.ensemble import check_numbers
    from refugee_model.studies.forecast.reports import read_until, reports_of

    attempts = Attempts()
    words = attempts(lambda: language_of(language))
    assumptions = attempts(lambda: warned(lambda: load_scenario(scenario), quiet))
    reported = attempts(lambda: read_reports(reports))
    inputs = attempts(lambda: input_files(scenario, reports)) if not attempts.errors else []
    attempts(lambda: check_folder(out, force=force, inputs=inputs))
    attempts(lambda: check_numbers(draws, seed))
    attempts(lambda: read_until(assumptions, until))
    if assumptions is not None and reported is not None:
        attempts(lambda: reports_of(assumptions, reported))
    attempts.settle()
    say = narrator(quiet)
    say(f"learning and projecting {FIRST_TIME}")
    from refugee_model.studies.forecast import forecast as study
    from refugee_model.studies.forecast.restart import scenario_from_forecast

    foretold = study.forecast(assumptions, reported, until=until, draws=draws, seed=seed, progress=not quiet)
    say("working out tables")
    load_matplotlib()
    from refugee_model.files.results import forecast_files, lost_in

    later = scenario_from_forecast(foretold)
    files = forecast_files(foretold, reported, later, excel=excel, words=words)
    tell_notes(write_folder(out, files, force=force, inputs=inputs))
    if not quiet:
        with words.calling(assumptions.called.given).spoken():
            _tell(foretold, assumptions.title or scenario, out)
        tell(f"note: later.toml: {lost_in(later)}", style="dim")


def _tell(foretold: Forecast, title: str, folder: Path) -> None:
    """Print the headline forecast, and every warning on standard error."""
    from datetime import timedelta

    import refugee_model as rm
    from refugee_model.console.forecasts import LEVELS, print_forecast
    from refugee_model.tables.ranges import first_full_table

    timeline, until = foretold.scenario.timeline, foretold.until
    assert until is not None
    end = timeline.time_at(timeline.hours)
    times = [time for time in (until + timedelta(days=days) for days in (0, 1, 3, 7)) if time < end]
    tables = {
        "arrived": rm.forecast_table(foretold, quantiles=LEVELS, times=[*times, end]),
        "ranges": rm.measure_table(foretold, quantiles=LEVELS),
        "first_full": first_full_table(foretold),
        "learned": foretold.learned,
        "reports": foretold.reports,
    }
    print_forecast(tables, title, until, folder)
    for warning in foretold.warnings:
        tell(f"warning: {warning}", style="yellow")

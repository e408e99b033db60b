"""Commands that project people: one scenario, every combination of a study, or what follows from reports."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refugee_model.cli.request import (
    Chosen,
    Excel,
    Folder,
    Force,
    Quiet,
    Request,
    Seed,
    Settings,
    Spoken,
    load_matplotlib,
)
from refugee_model.cli.shell import tell, warned
from refugee_model.wording import whole

if TYPE_CHECKING:
    import pandas as pd

    from refugee_model.files.batch_run import Batch
    from refugee_model.studies.forecast.forecast import Forecast

MOST_WITH_PLACES = 10_000
"""Draws up to which the people of all places are kept, from which decisions due are read."""


def run(
    scenario: Chosen = "lachin-2023",
    setting: Settings = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; results/SCENARIO unless given.")] = None,
    reports: Annotated[
        str | None,
        typer.Option(help="Reported totals to compare with: a packaged name such as lachin-2023, a CSV or a workbook."),
    ] = None,
    draws: Annotated[int | None, typer.Option(help="Also project this many draws of the uncertain numbers.")] = None,
    seed: Seed = 1,
    hxl: Annotated[bool, typer.Option("--hxl", help="Write the row of HXL tags below each header.")] = False,
    excel: Excel = False,
    language: Spoken = "en",
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Project one scenario and write its tables and pictures.

    Example: `refugee-model run lachin-2023-plan --set people.total=80_000 --out plan-80000`
    """
    from refugee_model.files.reports_file import read_reports
    from refugee_model.files.results_folder import made_from

    request = Request(language, quiet=quiet)
    folder = out if out is not None else Path("results") / Path(scenario).stem
    assumptions = request.scenario(scenario, setting)
    reported = request(read_reports, reports) if reports is not None else None
    origin = "" if out is not None else made_from(scenario, folder)
    request.folder(folder, scenario, reports=reports, made_from=origin, force=force)
    if draws is not None:
        request.draws(draws, seed, assumptions)
    if assumptions is not None and reported is not None:
        from refugee_model.studies.forecast.reports import reports_of

        request(reports_of, assumptions, reported, subject="reports cannot be compared")
    if assumptions is not None:
        from refugee_model.engine.size import check_fits

        request(check_fits, assumptions, files=True)
    say = request.settle(assumptions)
    say("projecting", compiles=True)
    from refugee_model.engine.simulation import simulate

    result = simulate(assumptions)
    ensemble = None
    if draws is not None:
        keep = None if draws <= MOST_WITH_PLACES and assumptions.aid.options else "measures"
        ensemble = request.ensemble(assumptions, draws, seed, keep=keep)
    load_matplotlib()
    options = {"reports": reported, "ensemble": ensemble, "changes": list(request.changes), "hxl": hxl}
    tables = request.write(result, excel=excel, **options, say=say)
    if not quiet:
        from refugee_model.console.answers import print_ranges, print_summary
        from refugee_model.console.decisions import print_decisions

        with request.words.spoken():
            if tables.get("decisions") is not None:
                print_decisions(tables["decisions"])
            print_summary(tables["summary"], assumptions.title or scenario, request.out)
            if ensemble is not None:
                print_ranges(tables["ranges"], len(ensemble), seed)


def batch(
    study: Annotated[
        str, typer.Argument(help="Name of a packaged study such as timing-x-aid, or path of a TOML file.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Folder for the results.")] = None,
    draws: Annotated[
        int | None, typer.Option(help="Draws for each combination; those of the study unless given.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the draws; that of the study unless given.")] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes of this machine; threads, one a core, unless given.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Address of a dask scheduler that runs, such as tcp://10.0.0.5:8786.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an interrupted batch; nothing is done twice.")
    ] = False,
    other_versions: Annotated[
        bool,
        typer.Option(
            "--other-versions", help="With --resume: go on even if libraries have other versions than at the beginning."
        ),
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Write each table as CSV too.")] = False,
    excel: Excel = False,
    language: Spoken = "en",
    check: Annotated[
        Path | None,
        typer.Option(
            "--check", metavar="DIR", help="Only check the files of a batch that was written to DIR, and stop."
        ),
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Project every combination of a study with many draws, and compare them.

    Example: `refugee-model batch timing-x-aid --draws 200 --workers 2 --out timing-x-aid`
    """
    if check is not None:
        _check_batch(check, quiet)
        return
    if not study or out is None:
        raise typer.BadParameter("give the name or file of a STUDY, and --out DIR for the results")
    from refugee_model.files.batch_folder import check_batch_folder
    from refugee_model.files.batch_run import run_batch
    from refugee_model.files.study_file import load_study, study_inputs
    from refugee_model.studies.draws import same_draws
    from refugee_model.studies.ensemble import check_numbers
    from refugee_model.studies.workers import check_workers, open_workers

    request = Request(language, quiet=quiet)
    asked = request(warned, partial(load_study, study), quiet)
    inputs = study_inputs(study) if not request.attempts.errors else []
    request(check_batch_folder, out, force=force, inputs=inputs)
    request(check_numbers, draws, seed)
    request(check_workers, workers, cluster)
    say = request.settle()
    with open_workers(workers, cluster=cluster) as executor:
        for warning in same_draws(asked) if not quiet else ():
            tell(f"warning: {warning}", style="yellow")
        each = asked.draws if draws is None else draws
        count = len(asked.combinations)
        say("projecting {count} combinations with {draws} draws each", count=whole(count), draws=whole(each))
        done = run_batch(
            asked,
            out,
            draws=draws,
            seed=seed,
            executor=executor,
            resume=resume,
            progress=not quiet,
            csv="excel" if excel else csv,
            force=force,
            other_versions=other_versions,
            inputs=inputs,
            say=say,
        )
    load_matplotlib()
    with request.words.spoken():
        _show_batch(done, out, quiet)


def _check_batch(folder: Path, quiet: bool) -> None:
    """Check the files of a batch, and say how far it is."""
    from refugee_model.files.batch_checks import check_batch, find_other_versions

    finished, count = check_batch(folder)
    if not quiet:
        stays = "and every file of them is as it was written"
        typer.echo(f"ok: {finished} of {count} combinations are finished, {stays}")
        for note in find_other_versions(folder):
            tell(f"note: {note}")


def _show_batch(done: Batch, out: Path, quiet: bool) -> None:
    """Draw the comparison of a batch, and print it with the regrets of its plans."""
    from refugee_model.charts.comparisons import plot_comparison
    from refugee_model.charts.picture import PRINT_DPI, figure_of, png
    from refugee_model.console.answers import print_comparison
    from refugee_model.console.decisions import print_regrets
    from refugee_model.disk import write_file
    from refugee_model.files.batch_checks import PICTURE, PLANS, REGRETS, SHARED

    picture = png(figure_of(plot_comparison(done.comparison)), dpi=PRINT_DPI)
    write_file(done.folder / PICTURE, picture, follow=False)
    if not quiet:
        print_comparison(done.comparison, int(done.index["draws"].iloc[0]), out)
        if done.plans is not None and done.regrets is not None and done.shared_orders is not None:
            print_regrets(done.plans, done.regrets, done.shared_orders, (PLANS, REGRETS, SHARED))


def forecast(
    scenario: Chosen,
    reports: Annotated[
        str, typer.Option(help="Reports so far: a packaged name such as lachin-2023, a CSV or a workbook.")
    ],
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

    The reports are a CSV or a sheet of a workbook with the columns time, quantity, place, value; times with their
    offset from UTC.

    Example: `refugee-model forecast lachin-2023-plan --reports lachin-2023 --until 2023-09-26T20:00+04:00 --out
    forecast-26`
    """
    from refugee_model.files.reports_file import read_reports
    from refugee_model.studies.ensemble import check_numbers
    from refugee_model.studies.forecast.reports import read_until, reports_of

    request = Request(language, quiet=quiet)
    assumptions = request.scenario(scenario)
    reported = request(read_reports, reports)
    request.folder(out, scenario, reports=reports, force=force)
    request(check_numbers, draws, seed)
    request(read_until, assumptions, until)
    if assumptions is not None and reported is not None:
        request(reports_of, assumptions, reported)
    say = request.settle(assumptions)
    say("learning and projecting", compiles=True)
    from refugee_model.studies.forecast import forecast as study
    from refugee_model.studies.forecast.restart import scenario_from_forecast

    foretold = study.forecast(assumptions, reported, until=until, draws=draws, seed=seed, progress=not quiet)
    say("working out tables")
    load_matplotlib()
    tables = request.write(foretold, reports=reported, excel=excel)
    if not quiet:
        from refugee_model.files.projection_files import lost_in

        with request.words.spoken():
            _print_forecast(foretold, tables["first_full"], assumptions.title or scenario, out)
        tell(f"note: later.toml: {lost_in(scenario_from_forecast(foretold))}", style="dim")


def _print_forecast(foretold: Forecast, first_full: pd.DataFrame, title: str, folder: Path) -> None:
    """Print the headline forecast, and every warning on standard error."""
    from datetime import timedelta

    import refugee_model as rm
    from refugee_model.console.forecasts import LEVELS, print_forecast

    timeline, until = foretold.scenario.timeline, foretold.until
    assert until is not None
    end = timeline.time_at(timeline.hours)
    times = [time for time in (until + timedelta(days=days) for days in (0, 1, 3, 7)) if time < end]
    tables = {
        "arrived": rm.forecast_table(foretold, quantiles=LEVELS, times=[*times, end]),
        "ranges": rm.measure_table(foretold, quantiles=LEVELS),
        "first_full": first_full,
        "learned": foretold.learned,
        "reports": foretold.reports,
    }
    print_forecast(tables, title, until, folder)
    for warning in foretold.warnings:
        tell(f"warning: {warning}", style="yellow")

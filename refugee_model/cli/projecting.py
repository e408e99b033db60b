"""Commands that project people: one scenario, or every combination of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from refugee_model.cli.messages import FIRST_TIME, narrator, tell, tell_notes, warned
from refugee_model.cli.options import Chosen, Excel, Force, Quiet, Seed, Settings, Spoken
from refugee_model.cli.preparing import changed, load_matplotlib
from refugee_model.errors import Attempts

MOST_WITH_PLACES = 10_000
"""Draws up to which the people of all places are kept, from which decisions due are read."""


def run(
    scenario: Chosen = "lachin-2023",
    setting: Settings = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; results/SCENARIO unless given.")] = None,
    reports: Annotated[
        str | None, typer.Option(help="Reported totals to compare with: a packaged name such as lachin-2023, or a CSV.")
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
    from refugee_model.files.results_folder import check_folder, made_from, write_folder
    from refugee_model.files.scenario_file import input_files
    from refugee_model.languages import language as language_of
    from refugee_model.studies.draws import refuse_same_draws
    from refugee_model.studies.ensemble import check_numbers

    attempts = Attempts()
    folder = out if out is not None else Path("results") / Path(scenario).stem
    words = attempts(lambda: language_of(language))
    assumptions, changes = changed(attempts, scenario, setting, quiet)
    reported = attempts(lambda: read_reports(reports)) if reports is not None else None
    inputs = attempts(lambda: input_files(scenario, reports)) if not attempts.errors else []
    where: dict[str, Any] = {
        "force": force,
        "inputs": inputs,
        "made_from": "" if out is not None else made_from(scenario, folder),
    }
    attempts(lambda: check_folder(folder, **where))
    if draws is not None:
        attempts(lambda: check_numbers(draws, seed))
        if assumptions is not None:
            attempts(lambda: refuse_same_draws(assumptions, draws))
    if assumptions is not None and reported is not None:
        from refugee_model.studies.forecast.reports import reports_of

        attempts(lambda: reports_of(assumptions, reported, subject="reports cannot be compared"))
    if assumptions is not None:
        from refugee_model.engine.size import check_fits

        attempts(lambda: check_fits(assumptions, files=True))
    attempts.settle()
    say = narrator(quiet)
    say(f"projecting {FIRST_TIME}")
    from refugee_model.engine.simulation import simulate

    result = simulate(assumptions)
    load_matplotlib()
    from refugee_model.files import results

    say("working out tables")
    tables = results.run_tables(result, reported)
    say("drawing pictures")
    drawn = None if draws is None else (draws, seed)
    options: dict[str, Any] = {"changes": list(changes), "drawn": drawn, "hxl": hxl, "excel": excel, "words": words}
    files = results.run_files(tables, assumptions, reported, **options)
    ensemble = due = None
    if draws is not None:
        from refugee_model.studies.decisions.order_by import decisions_due
        from refugee_model.studies.ensemble import simulate_ensemble

        keep = None if draws <= MOST_WITH_PLACES and assumptions.aid.options else "measures"
        ensemble = simulate_ensemble(assumptions, draws=draws, seed=seed, keep=keep, progress=not quiet)
        due = decisions_due(ensemble)
        files |= results.draw_files(ensemble, excel=excel) | results.decision_files(
            due, ensemble, excel=excel, words=words
        )
    tell_notes(write_folder(folder, files, **where))
    if not quiet:
        from refugee_model.console.answers import print_ranges, print_summary
        from refugee_model.tables.ranges import measure_table

        with words.calling(assumptions.called.given).spoken():
            if due is not None:
                from refugee_model.console.decisions import print_decisions

                print_decisions(due)
            print_summary(tables["summary"], assumptions.title or scenario, folder)
            if ensemble is not None:
                print_ranges(measure_table(ensemble), len(ensemble), seed)


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
        from refugee_model.files.batch_checks import check_batch, find_other_versions

        finished, count = check_batch(check)
        if not quiet:
            typer.echo(
                f"ok: {finished} of {count} combinations are finished, and every file of them is as it was written"
            )
            tell_notes(find_other_versions(check))
        return
    if not study or out is None:
        raise typer.BadParameter("give the name or file of a STUDY, and --out DIR for the results")
    from refugee_model.files.batch_checks import PICTURE, PLANS, REGRETS, SHARED
    from refugee_model.files.batch_folder import check_batch_folder
    from refugee_model.files.batch_run import run_batch
    from refugee_model.files.study_file import load_study, study_inputs
    from refugee_model.languages import language as language_of
    from refugee_model.studies.draws import same_draws
    from refugee_model.studies.ensemble import check_numbers
    from refugee_model.studies.workers import check_workers, open_workers

    attempts = Attempts()
    words = attempts(lambda: language_of(language))
    asked = attempts(lambda: warned(lambda: load_study(study), quiet))
    inputs = study_inputs(study) if not attempts.errors else []
    attempts(lambda: check_batch_folder(out, force=force, inputs=inputs))
    attempts(lambda: check_numbers(draws, seed))
    attempts(lambda: check_workers(workers, cluster))
    attempts.settle()
    say = narrator(quiet)
    with open_workers(workers, cluster=cluster) as executor:
        for warning in same_draws(asked) if not quiet else ():
            tell(f"warning: {warning}", style="yellow")
        say(
            f"projecting {len(asked.combinations)} combinations with "
            f"{asked.draws if draws is None else draws:,} draws each"
        )
        options: dict[str, Any] = {
            "resume": resume,
            "csv": "excel" if excel else csv,
            "force": force,
            "progress": not quiet,
            "say": say,
        }
        options |= {"inputs": inputs, "other_versions": other_versions}
        done = run_batch(asked, out, draws=draws, seed=seed, executor=executor, **options)
    load_matplotlib()
    from refugee_model.charts.comparisons import plot_comparison
    from refugee_model.charts.picture import PRINT_DPI, figure_of, png
    from refugee_model.console.comparisons import print_comparison
    from refugee_model.console.decisions import print_regrets
    from refugee_model.disk import write_file

    with words.spoken():
        drawn = plot_comparison(done.comparison)
        write_file(done.folder / PICTURE, png(figure_of(drawn), dpi=PRINT_DPI), follow=False)
        if not quiet:
            print_comparison(done.comparison, int(done.index["draws"].iloc[0]), out)
            if done.plans is not None and done.regrets is not None and done.shared_orders is not None:
                print_regrets(done.plans, done.regrets, done.shared_orders, (PLANS, REGRETS, SHARED))

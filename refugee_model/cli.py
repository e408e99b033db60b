"""The shell: words on the command line to calls of the library, and nothing else."""

from __future__ import annotations

import errno
import gc
import io
import os
import shlex
import signal
import sys
import warnings
import webbrowser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from refugee_model.errors import Attempts, CacheWarning, FontWarning, RefugeeModelError, ScenarioWarning, printable
from refugee_model.interruption import INTERRUPTED, Guard

if TYPE_CHECKING:
    from refugee_model.studies.forecast import Forecast

app = typer.Typer(
    name="refugee-model",
    help="People who flee through one road: how many, when, where they wait, what they need.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

Read = TypeVar("Read")
WITH_ENGINE = ("run", "batch", "forecast", "report", "explore", "sensitivity", "triggers", "compare", "plan")
"""Commands that project people."""
OF_THE_MACHINE = (CacheWarning, FontWarning)
"""Warnings that say what this machine lacks, and not what a person wrote."""

MOST_WITH_PLACES = 10_000
"""Draws up to which the people of all places are kept, from which decisions due are read."""

Chosen = Annotated[str, typer.Argument(help="Name of a packaged scenario, or path of a TOML file or a workbook.")]
Folder = Annotated[Path, typer.Option(help="Folder for the results.")]
Seed = Annotated[int, typer.Option(help="Seed of the draws.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Force = Annotated[bool, typer.Option("--force", help="Write even if the folder holds other files.")]
Excel = Annotated[
    bool,
    typer.Option(
        "--excel",
        help="Write tables for a double click in Excel: byte order mark, the separators of this machine (';' and "
        "',' where its locale does not say), texts that would be formulas made harmless.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Change one value, for example --set people.total=80_000. May be repeated."
    ),
]


def main() -> None:
    """Run the shell; a person's mistake ends with exit code 1 and one message, an interruption with 130."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may lack letters of a name
    code = _code_of(_run)
    if code:
        raise SystemExit(code)


def _run() -> int:
    with warnings.catch_warnings():
        warnings.showwarning = _show(warnings.showwarning)
        code = app(standalone_mode=False)
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _show(usual: Callable[..., None]) -> Callable[..., None]:
    """Show what is said of this machine as a note, of what a person wrote as text, and any other warning as usual."""

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, OF_THE_MACHINE):
            tell(f"note: {message}")
        elif issubclass(category, ScenarioWarning):
            tell(str(message))
        else:
            usual(message, category, *where, **more)

    return show


def _code_of(call: Callable[[], int]) -> int:
    """The exit code of a call; whatever went wrong is told in one message."""
    try:
        code = call()
    except RefugeeModelError as error:
        tell(str(error))
        return 1
    except MemoryError:
        return _no_memory()
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # whoever read has gone, and Python would complain at the end
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return _nowhere_to_print(error)
        if (
            isinstance(error, OSError | ImportError | RuntimeError) and _memory_is_short()
        ):  # a library or a thread could not begin
            return _no_memory()
        show = getattr(error, "show", None)  # wrong usage, in the words of the library that reads the command line
        if not callable(show):
            raise
        error.message = printable(getattr(error, "message", ""))  # type: ignore[attr-defined]
        show()
        return int(getattr(error, "exit_code", 2))
    return _interrupted() if code == INTERRUPTED else code


def _interrupted() -> int:
    if not isinstance(getattr(signal.getsignal(signal.SIGINT), "__self__", None), Guard):  # which would say it
        tell("interrupted; what was finished stays")
    return INTERRUPTED


def _no_memory() -> int:
    """Say that memory came to its end, with as little of it as can be."""
    from refugee_model.memory import NO_MEMORY

    gc.collect()
    sys.stderr.write(f"{NO_MEMORY}\n")
    return 1


def _memory_is_short() -> bool:
    from refugee_model.memory import SHORT, left_to_container, left_to_process

    return min(left_to_process(), left_to_container()) < SHORT


def _nowhere_to_print(error: OSError) -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    tell(f"the answer cannot be printed ({error.strerror}); files that were to be written are there")
    return 1


def tell(text: str, **look: Any) -> None:
    """Print on standard error, as text and nothing else, whatever a person has written into it."""
    from refugee_model.console.console import PlainConsole

    PlainConsole(stderr=True, soft_wrap=True).print(text, **look)


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context, show: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False
) -> None:
    """People who flee through one road: how many, when, where they wait, what they need."""
    if show:
        from refugee_model import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand in WITH_ENGINE:
        from refugee_model.memory import check_room

        check_room()


@app.command()
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
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Project one scenario and write its tables and pictures.

    Example: `refugee-model run lachin-2023-plan --set people.total=80_000 --out plan-80000`
    """
    from refugee_model.files.reports_file import read_reports
    from refugee_model.files.results_folder import check_folder, made_from, write_folder
    from refugee_model.files.scenario_file import input_files
    from refugee_model.studies.certain import refuse_same_draws
    from refugee_model.studies.ensemble import check_numbers

    attempts = Attempts()
    folder = out if out is not None else Path("results") / Path(scenario).stem
    assumptions, changes = _changed(attempts, scenario, setting, quiet)
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
        from refugee_model.studies.report_checks import reports_of

        attempts(lambda: reports_of(assumptions, reported, subject="reports cannot be compared"))
    if assumptions is not None:
        from refugee_model.engine.size import check_fits

        attempts(lambda: check_fits(assumptions, files=True))
    attempts.settle()
    say = _narrator(quiet)
    say("projecting (the first time on a machine, the engine is compiled: about 15 s)")
    from refugee_model.engine.simulation import simulate

    result = simulate(assumptions)
    _load_matplotlib()
    from refugee_model.files import results

    say("working out tables")
    tables = results.run_tables(result, reported)
    say("drawing pictures")
    drawn = None if draws is None else (draws, seed)
    options: dict[str, Any] = {"changes": list(changes), "drawn": drawn, "hxl": hxl, "excel": excel}
    files = results.run_files(tables, assumptions, reported, **options)
    ensemble = due = None
    if draws is not None:
        from refugee_model.studies.decisions.order_by import decisions_due
        from refugee_model.studies.ensemble import simulate_ensemble

        keep = None if draws <= MOST_WITH_PLACES and assumptions.aid.options else "measures"
        ensemble = simulate_ensemble(assumptions, draws=draws, seed=seed, keep=keep, progress=not quiet)
        due = decisions_due(ensemble)
        files |= results.draw_files(ensemble, excel=excel) | results.decision_files(due, ensemble, excel=excel)
    _note(write_folder(folder, files, **where))
    if not quiet:
        from refugee_model.console.at_a_glance import print_summary
        from refugee_model.console.ranges import print_ranges
        from refugee_model.tables.ranges import measure_table

        if due is not None:
            from refugee_model.console.decisions import print_decisions

            print_decisions(due)
        print_summary(tables["summary"], assumptions.title or scenario, folder)
        if ensemble is not None:
            print_ranges(measure_table(ensemble), len(ensemble), seed)


@app.command()
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
            _note(find_other_versions(check))
        return
    if not study or out is None:
        raise typer.BadParameter("give the name or file of a STUDY, and --out DIR for the results")
    from refugee_model.files.batch_checks import PICTURE
    from refugee_model.files.batch_folder import check_batch_folder
    from refugee_model.files.batch_run import run_batch
    from refugee_model.files.study_file import load_study, study_inputs
    from refugee_model.studies.certain import same_draws
    from refugee_model.studies.ensemble import check_numbers
    from refugee_model.studies.workers import check_workers, open_workers

    attempts = Attempts()
    asked = attempts(lambda: _warned(lambda: load_study(study), quiet))
    inputs = study_inputs(study) if not attempts.errors else []
    attempts(lambda: check_batch_folder(out, force=force, inputs=inputs))
    attempts(lambda: check_numbers(draws, seed))
    attempts(lambda: check_workers(workers, cluster))
    attempts.settle()
    say = _narrator(quiet)
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
    _load_matplotlib()
    from refugee_model.charts.heat_map import plot_comparison
    from refugee_model.charts.picture import PRINT_DPI, figure_of, png
    from refugee_model.disk import write_file

    write_file(done.folder / PICTURE, png(figure_of(plot_comparison(done.comparison)), dpi=PRINT_DPI), follow=False)
    if not quiet:
        from refugee_model.console.comparison import print_comparison

        print_comparison(done.comparison, int(done.index["draws"].iloc[0]), out)


@app.command()
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
    from refugee_model.studies.report_checks import reports_of
    from refugee_model.studies.until import read_until

    attempts = Attempts()
    assumptions = attempts(lambda: _warned(lambda: load_scenario(scenario), quiet))
    reported = attempts(lambda: read_reports(reports))
    inputs = attempts(lambda: input_files(scenario, reports)) if not attempts.errors else []
    attempts(lambda: check_folder(out, force=force, inputs=inputs))
    attempts(lambda: check_numbers(draws, seed))
    attempts(lambda: read_until(assumptions, until))
    if assumptions is not None and reported is not None:
        attempts(lambda: reports_of(assumptions, reported))
    attempts.settle()
    say = _narrator(quiet)
    say("learning and projecting (the first time on a machine, the engine is compiled: about 15 s)")
    from refugee_model.studies import forecast as study
    from refugee_model.studies.restart import scenario_from_forecast

    foretold = study.forecast(assumptions, reported, until=until, draws=draws, seed=seed, progress=not quiet)
    say("working out tables")
    _load_matplotlib()
    from refugee_model.files.results import forecast_files, lost_in

    later = scenario_from_forecast(foretold)
    _note(write_folder(out, forecast_files(foretold, reported, later, excel=excel), force=force, inputs=inputs))
    if not quiet:
        _tell(foretold, assumptions.title or scenario, out)
        tell(f"note: later.toml: {lost_in(later)}", style="dim")


@app.command()
def sensitivity(
    scenario: Chosen,
    out: Folder,
    measure: Annotated[
        str, typer.Option(help="Name of a headline measure, or an event such as 'peak_unsheltered > 1000'.")
    ] = "person_nights_without_roof",
    setting: Settings = None,
    draws: Annotated[int, typer.Option(help="Draws of the uncertain numbers.")] = 2048,
    totals: Annotated[
        int | None, typer.Option(help="Also work out totals, with so many further draws for each number or group.")
    ] = None,
    seed: Seed = 1,
    excel: Excel = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Say which uncertain numbers matter, and write the table and its picture.

    Example: `refugee-model sensitivity lachin-2023-plan --measure "peak_unsheltered > 1000" --out sensitivity`
    """
    from refugee_model.studies.decisions.sensitivity import headline
    from refugee_model.studies.decisions.sensitivity import sensitivity as study

    assumptions, where = _asked(scenario, setting, out, draws, seed, measure, force=force, quiet=quiet)
    ensemble = _drawn(assumptions, draws, seed, keep="measures", quiet=quiet)
    table = study(ensemble, measure, draws=totals, progress=not quiet)
    _load_matplotlib()
    from refugee_model.files.results import sensitivity_files
    from refugee_model.files.results_folder import write_folder

    _note(write_folder(out, sensitivity_files(table, ensemble, excel=excel), **where))
    if not quiet:
        said = table.loc[table["above_chance"], "swing"].head(5)
        _print_answer([headline(table), *(f"  - {text}" for text in said), f"Tables and pictures: {out}"])


@app.command()
def triggers(
    scenario: Chosen,
    out: Folder,
    event: Annotated[str, typer.Option(help="What is to be foretold, such as 'peak_unsheltered > 1000'.")],
    setting: Settings = None,
    horizon_days: Annotated[float, typer.Option(help="How far a warning looks ahead, in days.")] = 7.0,
    action_days: Annotated[float, typer.Option(help="How long acting takes, in days.")] = 2.0,
    cost_of_acting: Annotated[float, typer.Option(help="What acting costs, in the unit of the loss.")] = 0.3,
    loss_avoided: Annotated[float, typer.Option(help="What is lost if nobody has acted in time.")] = 1.0,
    draws: Annotated[int, typer.Option(help="Draws of the uncertain numbers.")] = 2048,
    seed: Seed = 1,
    excel: Excel = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Say what to watch: which reported number warns of an event in time, and write the table and its card.

    Example: `refugee-model triggers lachin-2023-plan --event "peak_unsheltered > 5000" --out triggers`
    """
    from refugee_model.studies.decisions.event_table import event_table
    from refugee_model.studies.decisions.triggers import rates_in_words, rule_in_words
    from refugee_model.studies.decisions.triggers import triggers as study

    assumptions, where = _asked(scenario, setting, out, draws, seed, event, force=force, quiet=quiet)
    ensemble = _drawn(assumptions, draws, seed, keep=None, quiet=quiet)
    events = event_table(ensemble, event)
    table = study(
        ensemble,
        event,
        horizon_days=horizon_days,
        action_days=action_days,
        cost_of_acting=cost_of_acting,
        loss_avoided=loss_avoided,
    )
    _load_matplotlib()
    from refugee_model.files.results import trigger_files
    from refugee_model.files.results_folder import write_folder

    _note(write_folder(out, trigger_files(table, events, ensemble, excel=excel), **where))
    if not quiet:
        said = [f"{row.event}: {row.in_words}" for row in events.itertuples()]
        if len(table):
            best = table.iloc[0].to_dict()
            said += [rule_in_words(best), rates_in_words(best)]
        else:
            said.append("no reported number warns of it better than acting always or never")
        _print_answer([*said, f"Tables and pictures: {out}"])


def _changed(attempts: Attempts, scenario: str, setting: list[str] | None, quiet: bool) -> tuple[Any, dict[str, Any]]:
    """The scenario with what was set on the command line, and that; mistakes are kept for all the others."""
    from refugee_model.files.scenario_file import check_settings, load_scenario, parse_setting

    settings = [attempts(partial(parse_setting, text)) for text in setting or []]
    changes = dict(pair for pair in settings if pair is not None)
    attempts(lambda: check_settings([pair[0] for pair in settings if pair is not None]))

    def read() -> Any:
        return load_scenario(scenario).change(changes) if changes else load_scenario(scenario)

    return attempts(lambda: _warned(read, quiet)), changes


def _asked(
    scenario: str,
    setting: list[str] | None,
    out: Path,
    draws: int,
    seed: int,
    measure: str,
    *,
    force: bool,
    quiet: bool,
) -> tuple[Any, dict[str, Any]]:
    """The scenario that was asked for, and where its results go; every mistake at once."""
    from refugee_model.files.results_folder import check_folder
    from refugee_model.files.scenario_file import input_files
    from refugee_model.studies.certain import refuse_same_draws
    from refugee_model.studies.decisions.asked import find_unknown
    from refugee_model.studies.ensemble import check_numbers

    attempts = Attempts()
    assumptions, _ = _changed(attempts, scenario, setting, quiet)
    inputs = attempts(lambda: input_files(scenario, None)) if not attempts.errors else []
    where: dict[str, Any] = {"force": force, "inputs": inputs}
    attempts(lambda: check_folder(out, **where))
    attempts(lambda: check_numbers(draws, seed))
    if assumptions is not None:
        attempts(lambda: refuse_same_draws(assumptions, draws))
        attempts(lambda: find_unknown(assumptions, measure))
    attempts.settle()
    return assumptions, where


def _drawn(scenario: Any, draws: int, seed: int, *, keep: str | None, quiet: bool) -> Any:
    from refugee_model.studies.ensemble import simulate_ensemble

    _narrator(quiet)("projecting (the first time on a machine, the engine is compiled: about 15 s)")
    return simulate_ensemble(scenario, draws=draws, seed=seed, keep=keep, progress=not quiet)


def _print_answer(lines: list[str]) -> None:
    for line in lines:
        typer.echo(printable(line))


@app.command()
def compare(
    a: Annotated[str, typer.Argument(help="What is: name of a packaged scenario, or path of a TOML file.")],
    b: Annotated[str, typer.Argument(help="What might be instead: the same.")],
    out: Folder,
    draws: Annotated[int, typer.Option(help="Draws, the same for both.")] = 1000,
    seed: Seed = 1,
    excel: Excel = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Compare two scenarios on the same draws: what differs, how often which is better, what the wrong choice costs.

    Example: `refugee-model compare lachin-2023-plan lachin-2023-plan-aid-moderate --draws 500 --out aid`
    """
    from refugee_model.files.results_folder import check_folder, write_folder
    from refugee_model.files.scenario_file import input_files, load_scenario
    from refugee_model.studies.certain import refuse_same_draws
    from refugee_model.studies.ensemble import check_numbers

    attempts = Attempts()
    both = [attempts(partial(_warned, partial(load_scenario, name), quiet)) for name in (a, b)]
    inputs = [*input_files(a), *input_files(b)] if not attempts.errors else []
    attempts(lambda: check_folder(out, force=force, inputs=inputs))
    attempts(lambda: check_numbers(draws, seed))
    for scenario in both:
        if scenario is not None:
            attempts(partial(refuse_same_draws, scenario, draws))
    attempts.settle()
    say = _narrator(quiet)
    say("projecting both (the first time on a machine, the engine is compiled: about 15 s)")
    from refugee_model.console.paired import comparison_text, print_paired
    from refugee_model.files.results import comparison_files
    from refugee_model.studies import compare as study

    table = study.compare(both[0], both[1], draws=draws, seed=seed, progress=not quiet)
    names = (both[0].title or a, both[1].title or b)
    files = comparison_files(table, dict(zip("ab", both, strict=True)), excel=excel)
    files["comparison.txt"] = comparison_text(table, names).encode()
    _note(write_folder(out, files, force=force, inputs=inputs))
    if not quiet:
        print_paired(table, names)
        typer.echo(printable(f"All measures: {out / 'comparison.csv'}"))


@app.command()
def plan(
    scenario: Chosen,
    out: Folder,
    setting: Settings = None,
    budget: Annotated[
        float | None, typer.Option(metavar="USD", help="Money there is; aid.funds_usd of the scenario unless given.")
    ] = None,
    confidence: Annotated[float, typer.Option(metavar="P", help="Share of the futures to be covered.")] = 0.95,
    draws: Annotated[int, typer.Option(help="Draws the plan is chosen on; it is told on four times as many.")] = 2000,
    seed: Seed = 1,
    excel: Excel = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Say what to buy with the money there is, and how that does beside rules of thumb.

    Example: `refugee-model plan four-crossings --budget 3_000_000 --out plan-3m`
    """
    from refugee_model.files.results_folder import check_folder, write_folder
    from refugee_model.files.scenario_file import input_files
    from refugee_model.studies.decisions.plan import plan_aid
    from refugee_model.studies.decisions.plan_checks import check_plan

    attempts = Attempts()
    assumptions, _ = _changed(attempts, scenario, setting, quiet)
    inputs = attempts(lambda: input_files(scenario)) if not attempts.errors else []
    attempts(lambda: check_folder(out, force=force, inputs=inputs))
    if assumptions is not None:
        attempts(lambda: check_plan(assumptions, budget, confidence, draws, seed))
    attempts.settle()
    say = _narrator(quiet)
    say("trying plans (the first time on a machine, the engine is compiled: about 15 s)")
    found = plan_aid(assumptions, budget, confidence, draws=draws, seed=seed, progress=not quiet)
    _load_matplotlib()
    from refugee_model.files.results import plan_files

    _note(write_folder(out, plan_files(found, excel=excel), force=force, inputs=inputs))
    if not quiet:
        from refugee_model.console.plans import print_plan

        print_plan(found, assumptions.title or scenario, out)


@app.command()
def check(
    file: Annotated[
        str, typer.Argument(help="Path of a scenario, a TOML file or a workbook, or name of a packaged scenario.")
    ],
    marked: Annotated[
        Path | None,
        typer.Option(metavar="COPY", help="Of a workbook with problems: write a copy with a column that names them."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Check a scenario: every problem in one message, or 'ok' and what may be a mistake all the same.

    Example: `refugee-model check my-crisis.toml`
    """
    from refugee_model.files.scenario_file import check_scenario

    try:
        _, found = check_scenario(file)
    except RefugeeModelError as error:
        if marked is not None and any(problem.where.partition(", ")[2] for problem in error.problems):
            _mark(file, error, marked)
        raise
    if not quiet:
        typer.echo("ok" if not found else "ok\nIt can be used; these may be mistakes:")
        for warning in found:
            typer.echo(printable(f"  - {warning}"))


def _mark(file: str, error: RefugeeModelError, copy: Path) -> None:
    """Write the copy of a workbook that names its problems."""
    from refugee_model.disk import target_of
    from refugee_model.files.marked_workbook import write_marked

    if Path(file).suffix.lower() != ".xlsx" or copy.suffix.lower() != ".xlsx":
        raise typer.BadParameter("--marked is for workbooks, .xlsx")
    if target_of(copy) == target_of(Path(file)):
        raise typer.BadParameter("give --marked another name: the workbook itself stays as it is")
    write_marked(file, error.problems, copy)
    tell(f"note: {copy} names the problems in its last column")


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="File to write, .toml or .xlsx; it must not exist.")],
    like: Annotated[
        str | None,
        typer.Option(help="Scenario whose values are the start; lachin-2023-plan, or one-crossing with --short."),
    ] = None,
    short: Annotated[
        bool,
        typer.Option(
            "--short", help="Ask only what must be set: on the terminal, or as the first sheet of a workbook."
        ),
    ] = False,
    language: Annotated[str, typer.Option(help="Language of the headers of a workbook: en, hy or ru.")] = "en",
    quiet: Quiet = False,
) -> None:
    """Write a commented scenario to start from.

    Example: `refugee-model new my-crisis.toml --short`
    """
    from refugee_model.files.scenario_file import new_scenario

    if short:
        _new_short(file, like)
    else:
        new_scenario(file, like="lachin-2023-plan" if like is None else like, language=language)
    if not quiet:
        typer.echo(printable(f"wrote {file}; change it, then: refugee-model check {_word(file)}"))


def _new_short(file: Path, like: str | None) -> None:
    """Write the questions as a workbook, or put them on the terminal and write what was answered."""
    from refugee_model.files.scenario_file import check_new, load_scenario, new_questions, new_short
    from refugee_model.files.short_form import TEMPLATE
    from refugee_model.files.short_questions import ask_all

    template = TEMPLATE if like is None else like
    if file.suffix.lower() == ".xlsx":
        new_questions(file, template)
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "--short asks on a terminal, and this is none; write a workbook of questions: FILE.xlsx"
        )
    check_new(file)
    _warned(partial(load_scenario, template), quiet=True)
    new_short(file, template, ask_all(input, tell))


def _word(path: Path) -> str:
    """A path as one types it on a command line."""
    return shlex.quote(f"./{path}" if str(path).startswith("-") else str(path))


@app.command()
def describe(
    path: Annotated[str, typer.Argument(help="Dotted path, or the beginning of one; everything unless given.")] = "",
    quiet: Quiet = False,
) -> None:
    """Say what each input and output is: unit, bounds, meaning and source.

    Example: `refugee-model describe timing.checkpoint`
    """
    from refugee_model.console.descriptions import describe_text

    text = describe_text(path)
    if not quiet:
        typer.echo(text)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that run or forecast has written.")],
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a report as one page, .html.")] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a workbook, .xlsx.")] = None,
    brief: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one A4 page for a minister: .pdf, .docx or .html.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the words: en, hy or ru.")] = "en",
    quiet: Quiet = False,
) -> None:
    """Write what can be handed on of results: a report, a workbook, a brief.

    Unless a file is named, report.html, tables.xlsx and brief.pdf are written to the folder one stands in. The results
    are projected again, to the same numbers.

    Example: `refugee-model report results/lachin-2023 --brief brief.docx`
    """
    if not (html or xlsx or brief):
        html, xlsx, brief = Path("report.html"), Path("tables.xlsx"), Path("brief.pdf")
    from refugee_model.documents.endings import BRIEF, REPORT, WORKBOOK, check_ending
    from refugee_model.files.results_again import read_again
    from refugee_model.languages import language as language_of

    wanted = {kind: path for kind, path in ((REPORT, html), (WORKBOOK, xlsx), (BRIEF, brief)) if path is not None}
    attempts = Attempts()
    attempts(lambda: language_of(language))
    for document, path in wanted.items():
        attempts(partial(check_ending, path, document))
    again = attempts(lambda: read_again(folder))
    attempts.settle()
    say = _narrator(quiet)
    say("projecting again")
    results = again.project(progress=not quiet)
    _load_matplotlib()
    from refugee_model.documents.written import write_documents

    written = write_documents(results, wanted, language=language)
    if not quiet:
        for path in written:
            typer.echo(printable(f"wrote {path}"))


@app.command()
def explore(
    scenario: Chosen = "lachin-2023-plan",
    setting: Settings = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; a free one unless given.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in a browser.")] = True,
    language: Annotated[str, typer.Option(help="Language of the words: en, hy or ru.")] = "en",
    quiet: Quiet = False,
) -> None:
    """Move the numbers that matter most on a page of this machine only, and see what follows; Ctrl-C ends it.

    Nothing is written, and no other machine can open the page.

    Example: `refugee-model explore four-crossings`
    """
    from refugee_model.languages import language as language_of

    attempts = Attempts()
    words = attempts(lambda: language_of(language))
    assumptions, _ = _changed(attempts, scenario, setting, quiet)
    attempts.settle()
    _narrator(quiet)("projecting (the first time on a machine, the engine is compiled: about 15 s)")
    _load_matplotlib()
    from refugee_model.explorer.exploration import Exploration
    from refugee_model.explorer.server import serve

    def opened(address: str) -> None:
        typer.echo(address)
        if not quiet:
            tell("This page is open to you on this machine only. Ctrl-C ends it.")
        if browser:
            webbrowser.open(address)

    serve(Exploration(assumptions, words), port=port, opened=opened)


@app.command("list")
def list_packaged(quiet: Quiet = False) -> None:
    """List the packaged scenarios.

    Example: `refugee-model list`
    """
    from refugee_model.files.scenario_file import list_scenarios

    if not quiet:
        for row in list_scenarios().itertuples():
            typer.echo(f"{row.name:40} {row.title}")


def _note(notes: list[str]) -> None:
    for note in notes:
        tell(f"note: {note}")


def _warned(read: Callable[[], Read], quiet: bool) -> Read:
    """Read something, and print what may be mistakes in it, each once, on stderr."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read()
    for text in dict.fromkeys(
        str(warning.message) for warning in caught if issubclass(warning.category, ScenarioWarning)
    ):
        if not quiet:
            tell(text)
    return found


def _narrator(quiet: bool) -> Callable[[str], None]:
    """What says what is being done; where a person wants quiet nothing is said, also not of the machine."""
    for kind in OF_THE_MACHINE if quiet else ():
        warnings.simplefilter("ignore", kind)

    def say(text: str) -> None:
        if not quiet:
            tell(f"{text} ...", style="dim")

    return say


def _load_matplotlib() -> None:
    """Import matplotlib as it comes, so that no file of settings, however wrong, is in the way.

    It reads ``matplotlibrc`` of the folder one stands in first of all: here that is the folder of its own defaults.
    """
    import logging
    from contextlib import chdir
    from importlib.util import find_spec

    if "matplotlib" in sys.modules:
        return
    for name in ("MPLBACKEND", "MATPLOTLIBRC"):
        os.environ.pop(name, None)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # that its own cache cannot be kept makes no difference
    found = find_spec("matplotlib")
    try:
        assert found is not None
        assert found.origin is not None
        with chdir(Path(found.origin).parent / "mpl-data"):
            import matplotlib
    except OSError:
        import matplotlib  # noqa: F401


def _tell(foretold: Forecast, title: str, folder: Path) -> None:
    """Print the headline forecast, and every warning on standard error."""
    from datetime import timedelta

    import refugee_model as rm
    from refugee_model.console.forecast_at_a_glance import LEVELS, print_forecast
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


if __name__ == "__main__":
    main()

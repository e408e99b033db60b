"""Commands that ask many draws what matters, what warns, what differs and what to buy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refugee_model.cli.request import (
    Chosen,
    Draws,
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
from refugee_model.cli.shell import print_answer
from refugee_model.wording import say as in_words
from refugee_model.wording import term

if TYPE_CHECKING:
    import pandas as pd


def sensitivity(
    scenario: Chosen,
    out: Folder,
    measure: Annotated[
        str, typer.Option(help="Name of a headline measure, or an event such as 'peak_unsheltered > 1000'.")
    ] = "person_nights_without_roof",
    setting: Settings = None,
    draws: Draws = 2048,
    totals: Annotated[
        int | None, typer.Option(help="Also work out totals, with so many further draws for each number or group.")
    ] = None,
    seed: Seed = 1,
    language: Spoken = "en",
    excel: Excel = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Say which uncertain numbers matter, and write the table and its picture.

    Example: `refugee-model sensitivity lachin-2023-plan --measure "peak_unsheltered > 1000" --out sensitivity`
    """
    from refugee_model.studies.decisions.sensitivity import headline
    from refugee_model.studies.decisions.sensitivity import sensitivity as study

    request = Request(language, quiet=quiet)
    assumptions = request.scenario(scenario, setting)
    request.folder(out, scenario, force=force)
    ensemble = _drawn(request, assumptions, measure, draws, seed, keep="measures")
    with request.words.spoken():
        table = study(ensemble, measure, draws=totals, progress=not quiet)
    load_matplotlib()
    request.write(table, of=ensemble, excel=excel)
    if not quiet:
        with request.words.spoken():
            said = [headline(table)]
            for row in table[table["above_chance"]].head(5).to_dict("records"):
                meaning = term(str(row["in_words"])).partition(";")[0]
                said += [f"  - {row['swing']}", f"    {row['path']}: {meaning}"]
            print_answer([*said, in_words("Tables and pictures: {folder}", folder=out)])


def triggers(
    scenario: Chosen,
    out: Folder,
    event: Annotated[str, typer.Option(help="What is to be foretold, such as 'peak_unsheltered > 1000'.")],
    setting: Settings = None,
    horizon_days: Annotated[float, typer.Option(help="How far a warning looks ahead, in days.")] = 7.0,
    action_days: Annotated[float, typer.Option(help="How long acting takes, in days.")] = 2.0,
    cost_of_acting: Annotated[float, typer.Option(help="What acting costs, in the unit of the loss.")] = 0.3,
    loss_avoided: Annotated[float, typer.Option(help="What is lost if nobody has acted in time.")] = 1.0,
    draws: Draws = 2048,
    seed: Seed = 1,
    language: Spoken = "en",
    excel: Excel = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Say what to watch: which reported number warns of an event in time, and write the table and its card.

    Example: `refugee-model triggers lachin-2023-plan --event "peak_unsheltered > 5000" --out triggers`
    """
    from refugee_model.studies.decisions.triggers import triggers as study

    request = Request(language, quiet=quiet)
    assumptions = request.scenario(scenario, setting)
    request.folder(out, scenario, force=force)
    ensemble = _drawn(request, assumptions, event, draws, seed, keep=None)
    table = study(
        ensemble,
        event,
        horizon_days=horizon_days,
        action_days=action_days,
        cost_of_acting=cost_of_acting,
        loss_avoided=loss_avoided,
    )
    load_matplotlib()
    written = request.write(table, of=ensemble, excel=excel)
    if not quiet:
        with request.words.spoken():
            _print_triggers(table, written["events"], out)


def _drawn(request: Request, scenario: Any, asked: str, draws: int, seed: int, *, keep: str | None) -> Any:
    """Draws of a scenario of which a measure or an event is asked, once nothing is wrong with what was said."""
    from refugee_model.studies.decisions.events import find_unknown

    request.draws(draws, seed, scenario)
    if scenario is not None:
        request(find_unknown, scenario, asked)
    say = request.settle(scenario)
    say("projecting", compiles=True)
    return request.ensemble(scenario, draws, seed, keep=keep)


def _print_triggers(table: pd.DataFrame, events: pd.DataFrame, out: Path) -> None:
    """Print how likely an event is, and what warns of it."""
    from refugee_model.studies.decisions.triggers import rates_in_words, rule_in_words, value_in_words

    said = [f"{row.event}: {row.in_words}" for row in events.itertuples()]
    if len(table):
        best, last = table.iloc[0].to_dict(), table.iloc[-1].to_dict()
        said += [rule_in_words(best), rates_in_words(best), value_in_words(best)]
        if last["stage"] == "ready":
            told = {"rule": rule_in_words(last), "rates": rates_in_words(last)}
            said.append(in_words("Get ready first: {rule}. {rates}", **told))
    else:
        said.append(in_words("no reported number warns of it better than acting always or never"))
    print_answer([*said, in_words("Tables and pictures: {folder}", folder=out)])


def compare(
    a: Annotated[str, typer.Argument(help="What is: name of a packaged scenario, or path of a TOML file.")],
    b: Annotated[str, typer.Argument(help="What might be instead: the same.")],
    out: Folder,
    draws: Annotated[int, typer.Option(help="Draws, the same for both.")] = 1000,
    seed: Seed = 1,
    language: Spoken = "en",
    excel: Excel = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Compare two scenarios on the same draws: what differs, how often which is better, what the wrong choice costs.

    Example: `refugee-model compare lachin-2023-plan lachin-2023-plan-aid-moderate --draws 500 --out aid`
    """
    from refugee_model.studies.draws import is_certain
    from refugee_model.studies.ensemble import check_numbers

    request = Request(language, quiet=quiet)
    both = [request.scenario(name) for name in (a, b)]
    request.folder(out, a, b, force=force)
    request(check_numbers, draws, seed)
    say = request.settle()
    if all(map(is_certain, both)):
        say("nothing is uncertain in either: one future of each is compared")
        draws = 1
    say("projecting both", compiles=True)
    from refugee_model.console.answers import print_paired
    from refugee_model.studies import compare as study

    with request.words.spoken():
        table = study.compare(both[0], both[1], draws=draws, seed=seed, progress=not quiet)
    request.write(table, of=tuple(both), excel=excel)
    if not quiet:
        with request.words.spoken():
            print_paired(table, (both[0].title or a, both[1].title or b))
            print_answer([in_words("All measures: {file}", file=out / "comparison.csv")])


def plan(
    scenario: Chosen,
    out: Folder,
    setting: Settings = None,
    budget: Annotated[
        float | None, typer.Option(metavar="USD", help="Money there is; aid.funds_usd of the scenario unless given.")
    ] = None,
    confidence: Annotated[float, typer.Option(metavar="P", help="Share of the futures to be covered.")] = 0.95,
    draws: Annotated[int, typer.Option(help="Draws the plan is chosen on; it is told on four times as many.")] = 2000,
    before: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the plan before: also say what changed since.")
    ] = None,
    seed: Seed = 1,
    language: Spoken = "en",
    excel: Excel = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Say what to buy with the money there is, and how that does beside rules of thumb.

    Example: `refugee-model plan four-crossings --budget 3_000_000 --out plan-3m`
    """
    from refugee_model.files.results_again import read_orders
    from refugee_model.studies.decisions.plan import check_plan, plan_aid
    from refugee_model.studies.decisions.plan_tables import quantities_of

    request = Request(language, quiet=quiet)
    assumptions = request.scenario(scenario, setting)
    request.folder(out, scenario, force=force)
    earlier = None if before is None else request(read_orders, before)
    ordered = None if earlier is None else request(quantities_of, earlier)
    if assumptions is not None:
        request(check_plan, assumptions, budget, confidence, draws, seed, before=ordered)
    say = request.settle(assumptions)
    say("trying plans", compiles=True)
    with request.words.spoken():
        found = plan_aid(assumptions, budget, confidence, draws=draws, seed=seed, before=earlier, progress=not quiet)
    load_matplotlib()
    request.write(found, excel=excel)
    if not quiet:
        from refugee_model.console.decisions import print_plan

        with request.words.spoken():
            print_plan(found, assumptions.title or scenario, out)

"""The shell: words on the command line to calls of the library; a module for each family of commands."""

from refugee_model.cli.deciding import compare, plan, sensitivity, triggers
from refugee_model.cli.projecting import batch, forecast, run
from refugee_model.cli.shell import app, main
from refugee_model.cli.showing import check, describe, explore, list_packaged, new, report

__all__ = ["app", "main"]

for command in (run, batch, forecast, sensitivity, triggers, compare, plan, check, new, describe, report, explore):
    app.command()(command)
app.command("list")(list_packaged)

"""What can be said on a command line, and how it is explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Chosen = Annotated[str, typer.Argument(help="Name of a packaged scenario, or path of a TOML file or a workbook.")]
Folder = Annotated[Path, typer.Option(help="Folder for the results.")]
Draws = Annotated[int, typer.Option(help="Draws of the uncertain numbers.")]
Seed = Annotated[int, typer.Option(help="Seed of the draws.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Spoken = Annotated[str, typer.Option(help="Language of the words: en, hy or ru.")]
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

"""Charts as pictures."""

from __future__ import annotations

import base64
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray
from PIL import Image

from refugee_model.arguments import takes
from refugee_model.charts.style import our_settings
from refugee_model.disk import write_file
from refugee_model.errors import OutputError, Problem, RequestError
from refugee_model.wording import as_found

PRINT_DPI = 200
SCREEN_DPI = 110
COLOURS = 64
PATH, SHAPE = re.compile(rb' d="([^"]*)"'), re.compile(rb'<path d="([^"]*)"([^>]*)/>')
COMMENT = re.compile(rb"<!--.*?-->\n?", re.DOTALL)
BLANKS = re.compile(rb"\s+(?=[A-Za-z])|(?<=[A-Za-z])\s+")
"""Around the letters of a shape."""
UNSAFE = re.compile(rb"[^A-Za-z0-9_~ !$'()*+,\-./:;<=>?@[\]^`{|}\n]")
"""What may not stand in an address as it is."""
LONG = 60
"""Letters of a shape from which on it is worth a name."""
NEEDLESS = re.compile(rb"(?<=\d\.\d\d)\d{3,}(?=[ \n\"])")
"""Digits of a place in an SVG beyond a hundredth of a point."""


@takes("this picture cannot be saved")
def save_plot(axes: Axes | NDArray[Any], path: str | Path) -> Path:
    """Write a chart as a PNG at print size; the same chart gives the same bytes.

    Parameters
    ----------
    axes : Axes or array of Axes
        What a ``plot_`` function returned.
    path : str or Path
        Where to, ending in ``.png``; a file of that name is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputError
        If the name does not end in ``.png``, or the file cannot be written there.

    Examples
    --------
    >>> save_plot(plot_corridor(waiting_table(run)), "corridor.png")  # doctest: +SKIP
    """
    target = Path(path)
    subject = f"{target} cannot be written"
    if target.suffix.lower() != ".png":
        raise OutputError(subject, [Problem("", f"its ending is '{target.suffix}'; charts are written as .png")])
    write_file(target, png(figure_of(axes), dpi=PRINT_DPI))
    return target


def png(figure: Figure, *, dpi: int) -> bytes:
    """A figure as the bytes of a PNG without dates or names of programs."""
    buffer = io.BytesIO()
    with our_settings():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def figure_of(axes: Axes | NDArray[Any]) -> Figure:
    """The figure that holds these axes; refused if there is none."""
    first = axes if isinstance(axes, Axes) else next(iter(np.ravel(axes)), None)
    if not isinstance(first, Axes):
        message = f"found {as_found(axes)}, expected what a plot function returned"
        raise RequestError("this cannot be drawn", [Problem("axes", message)])
    figure: Any = first.figure
    while isinstance(figure, SubFigure):
        figure = figure.figure
    if not isinstance(figure, Figure):
        raise RequestError("this cannot be drawn", [Problem("axes", "they stand on no figure any more")])
    return figure


def svg(figure: Figure) -> bytes:
    """A figure as the bytes of an SVG: letters as shapes, so that it looks the same everywhere; no date."""
    buffer = io.BytesIO()
    with our_settings():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plain = COMMENT.sub(b"", NEEDLESS.sub(b"", buffer.getvalue()))
    return _once(PATH.sub(lambda shape: b' d="%s"' % BLANKS.sub(b"", shape[1]), plain))


def svg_address(figure: Figure) -> str:
    """A figure as the address of an SVG that holds the picture itself; smaller than in base64.

    It holds neither a double quote nor an ampersand, so that it stands between double quotes as it is.
    """
    quoted = UNSAFE.sub(lambda found: b"%%%02X" % found[0][0], svg(figure).replace(b'"', b"'"))
    return f"data:image/svg+xml,{quoted.decode('ascii')}"


def _once(data: bytes) -> bytes:
    """An SVG in which a shape that is drawn twice, such as a letter and the edge around it, stands once."""
    counts = Counter(found[1] for found in PATH.finditer(data))
    twice = [shape for shape, count in counts.items() if count > 1 and len(shape) > LONG]
    names = {shape: b"twice%d" % number for number, shape in enumerate(twice)}
    defined = b"".join(b'<path id="%s" d="%s"/>' % (name, shape) for shape, name in names.items())
    if not names:
        return data

    def used(found: re.Match[bytes]) -> bytes:
        name = names.get(found[1])
        return found[0] if name is None else b'<use xlink:href="#%s"%s/>' % (name, found[2])

    head, inside = data.split(b"<defs>", 1)
    return head + b"<defs>" + defined + SHAPE.sub(used, inside)


def png_address(figure: Figure) -> str:
    """A figure as the address of a PNG of few colours: smaller than an SVG where there are very many places."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png(figure, dpi=SCREEN_DPI))) as drawn:
        drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


class Panel(Axes):
    """Axes that a notebook shows when they are the last line of a cell."""

    def _repr_png_(self) -> bytes:
        return png(figure_of(self), dpi=SCREEN_DPI)


class Panels(np.ndarray[Any, Any]):
    """An array of axes that a notebook shows when it is the last line of a cell."""

    def _repr_png_(self) -> bytes | None:
        return png(figure_of(self), dpi=SCREEN_DPI) if self.size else None

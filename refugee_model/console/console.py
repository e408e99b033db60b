"""The console: what a person wrote is shown as it is, and commands nothing."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from refugee_model.errors import printable


class PlainConsole(Console):
    """A console to which every text is text: no markup, no signs for pictures, no escape sequences."""

    def render_str(self, text: str, **options: Any) -> Text:
        """A text as it is shown."""
        return super().render_str(printable(text), **{**options, "markup": False, "emoji": False, "highlight": False})

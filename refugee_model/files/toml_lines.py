"""On which line of a TOML file each value stands."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Sequence

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}\n#]+")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2})", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


def lines_and_comments(text: str) -> tuple[dict[str, int], dict[int, str]]:
    """The line of every table, key and list entry of valid TOML, counted from 1, by dotted path, the first where one
    comes twice; and the comment at the end of each line that has one beside a value.
    """
    scan = _Scan(text)
    return scan.lines, scan.comments


class _Scan:
    """One pass over the text, from the top down."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[str, int] = {}
        self.comments: dict[int, str] = {}
        self.counts: dict[str, int] = {}
        self.position = 0
        table: tuple[str, ...] = ()
        self.skip()
        while self.position < len(text):
            if text[self.position] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip()

    def skip(self) -> None:
        """Pass over blanks, line ends and comments."""
        match = _BLANK.match(self.text, self.position)
        if match is None:
            return
        mark = self.text.find("#", self.position, match.end())
        if mark >= 0 and "\n" not in self.text[self.position : mark] and self.position > 0:
            end = self.text.find("\n", mark)
            comment = self.text[mark + 1 : end if end >= 0 else len(self.text)].strip()
            self.comments.setdefault(bisect_right(self.breaks, mark) + 1, comment)
        self.position = match.end()

    def take(self, mark: str) -> bool:
        """Pass over a mark if it comes next, and say whether it did."""
        self.skip()
        found = self.text.startswith(mark, self.position)
        self.position += len(mark) if found else 0
        return found

    def record(self, parts: Sequence[str], start: int) -> None:
        """Note the line of a position for a path and for the groups around it that have none yet."""
        line = bisect_right(self.breaks, start - 1) + 1
        for end in range(1, len(parts) + 1):
            self.lines.setdefault(".".join(parts[:end]), line)

    def key(self) -> list[str]:
        """Read a key: the names between its dots."""
        parts = []
        while True:
            self.skip()
            bare = _BARE_KEY.match(self.text, self.position)
            if bare:
                parts.append(bare.group())
                self.position = bare.end()
            else:
                start = self.position
                self.string()
                parts.append(_unquoted(self.text[start : self.position]))
            if not self.take("."):
                return parts

    def header(self) -> tuple[str, ...]:
        """Read the header of a table, and give the path of what follows it."""
        start = self.position
        several = self.text.startswith("[[", start)
        self.position += 2 if several else 1
        key = self.key()
        self.take("]]" if several else "]")
        parts: list[str] = []
        for number, part in enumerate(key):
            parts.append(part)
            path = ".".join(parts)
            if several and number == len(key) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                parts.append(str(self.counts[path]))
        self.record(parts, start)
        return tuple(parts)

    def pair(self, table: Sequence[str]) -> None:
        """Read a key and its value."""
        start = self.position
        path = [*table, *self.key()]
        self.record(path, start)
        self.take("=")
        self.value(path)

    def value(self, path: Sequence[str]) -> None:
        """Read a value, and note the lines of what is in it."""
        self.skip()
        mark = self.text[self.position : self.position + 1]
        if mark == "[":
            self.position += 1
            number = 0
            while not self.take("]") and self.position < len(self.text):
                self.record([*path, str(number)], self.position)
                self.value([*path, str(number)])
                self.take(",")
                number += 1
        elif mark == "{":
            self.position += 1
            while not self.take("}") and self.position < len(self.text):
                self.pair(path)
                self.take(",")
        elif mark in ('"', "'"):
            self.string()
        else:
            plain = _PLAIN.match(self.text, self.position)
            # One step at least, so that text this scan misreads cannot hold it up.
            self.position = plain.end() if plain else self.position + 1

    def string(self) -> None:
        """Pass over a string, or over one letter where none begins."""
        for kind in _STRINGS:
            match = kind.match(self.text, self.position)
            if match:
                self.position = match.end()
                return
        self.position += 1


def _unquoted(name: str) -> str:
    """The name that quotes hold; as it stands where it is no correct string."""
    try:
        return str(tomllib.loads(f"name = {name}")["name"])
    except tomllib.TOMLDecodeError:
        return name

"""Readers of files, led by coverage into their corners: whatever the bytes, a reader gives a value or one error of this
program.

    pip install -e '.[fuzz]'
    python -m tests.fuzz.readers --seconds 300                 # from the top of a checkout; one after the other
    python -m tests.fuzz.readers scenario index --seconds 60   # some of them

Inputs that end in any other error, or take longer than a minute, are kept in a folder that is named; exit code 1 if
there are any.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
SECONDS_EACH = 60
"""On the clock, for code that is watched: some ten times slower than it is."""
MOST_BYTES = 20_000
STUDY = (
    b'base = "lachin-2023-plan"\ndraws = 2\ngrid = ["a"]\n[axes.a.x]\n"people.total" = '
    b'900\n[axes.a.y]\nscenario = "lachin-2023"\n'
)
BATCH = (
    b'{"version": "0.1.0", "made_with": {"python": "3.11"}, "seed": 1, "draws": 2, "csv": true, "inputs": '
    b'{"x+y": "52b44717"}}'
)
INDEX = (
    b"combination,a,hash,version,seed,draws,partition,status,checksum,made_with\n"
    b"x,x,1,0.1.0,1,2,partitions/x,done,0,python "
    b"3.11\n"
)
MANIFEST = b'{"program": "refugee_model", "made_from": "s.toml", "files": {"scenario.toml": "' + b"0" * 64 + b'"}}'
PARTITION = (
    b'{"program": "refugee_model", "inputs": "1", "made_with": {}, "bytes": {"a": 1}, "files": {"a": "'
    + b"0" * 64
    + b'"}}'
)


def scenario(path: Path) -> object:
    """A scenario, and all that may be a mistake in it."""
    from refugee_model.files.scenario_file import check_scenario

    return check_scenario(path)


def study(path: Path) -> object:
    """A study, with every combination of it."""
    from refugee_model.files.study_file import load_study

    return load_study(path)


def reports(path: Path) -> object:
    """Reports."""
    from refugee_model.files.reports_file import load_reports

    return load_reports(path)


def manifest(path: Path) -> object:
    """What a folder of results says of its files, and what in it is not ours."""
    from refugee_model.files.results_folder import other_files, read_manifest

    return read_manifest(path.parent), other_files(path.parent)


def batch(path: Path) -> object:
    """What a batch says it was begun with."""
    from refugee_model.files.batch_checks import check_batch, find_other_versions

    return find_other_versions(path.parent), check_batch(path.parent)


def index(path: Path) -> object:
    """The sums that an index has."""
    from refugee_model.files.batch_checks import read_checksums

    return read_checksums(path.parent)


def partition(path: Path) -> object:
    """What a partition says of its files."""
    from refugee_model.files.batch_checks import damage, made_with

    return damage(path.parent, "1", ""), made_with(path.parent)


def lock(path: Path) -> object:
    """Whose a lock is."""
    from refugee_model.files.lock import _holder

    return _holder(path.read_bytes())


READERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "scenario": (scenario, "s.toml"),
    "study": (study, "study.toml"),
    "reports": (reports, "r.csv"),
    "manifest": (manifest, "manifest.json"),
    "batch": (batch, "batch.json"),
    "index": (index, "index.csv"),
    "partition": (partition, "manifest.json"),
    "lock": (lock, ".lock"),
}
"""Each with the name of the file that it reads."""


def seeds(name: str) -> Iterator[bytes]:
    """Files to begin with: some right, some wrong."""
    folders = {"scenario": ("scenarios", "bad_scenarios"), "study": ("bad_studies",), "reports": ("bad_reports",)}
    suffix = Path(READERS[name][1]).suffix
    for folder in folders.get(name, ()):
        for path in sorted((TESTS / folder).glob(f"*{suffix}")):
            if path.stat().st_size <= MOST_BYTES:
                yield path.read_bytes()
    yield from {
        "study": [STUDY],
        "batch": [BATCH],
        "index": [INDEX],
        "manifest": [MANIFEST],
        "partition": [PARTITION],
    }.get(name, [])
    if name == "lock":
        yield b'{"process": 1, "host": "x"}'


def wrong(name: str, data: bytes, folder: Path) -> str:
    """Let a reader read some bytes, and say what is wrong with how it takes them; empty if nothing."""
    from refugee_model.errors import RefugeeModelError

    read, file = READERS[name]
    path = folder / file
    path.write_bytes(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(path)
    except RefugeeModelError as error:
        return "" if str(error).strip() else "an error without a message"
    except Exception:
        return traceback.format_exc()
    return ""


def lead(name: str, seconds: int, found: Path) -> None:
    """Let coverage lead one reader for so long; never returns."""
    import atheris

    with atheris.instrument_imports(include=["refugee_model"]):
        import refugee_model.files.batch_checks
        import refugee_model.files.reports_file
        import refugee_model.files.results_folder
        import refugee_model.files.scenario_file
        import refugee_model.files.study_file  # noqa: F401
        from tests.fuzz.hostile import mutated

    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    corpus = folder / "corpus"
    corpus.mkdir()
    begun_with = list(seeds(name))
    for number, data in enumerate(begun_with):
        (corpus / str(number)).write_bytes(data)
    place = folder / "place"
    place.mkdir()
    met: set[str] = set()

    def one(data: bytes) -> None:
        said = wrong(name, data, place)
        where = "\n".join(said.splitlines()[-3:-1])
        if said and where not in met:
            met.add(where)
            kept = found / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
            kept.write_bytes(data)
            print(f"{kept}: {said}", file=sys.stderr, flush=True)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        """Half of the time something that a person could write.

        As coverage alone seldom finds a way past the first bracket, and keeps the shortest way only.
        """
        if seed % 2:
            return bytes(atheris.Mutate(data, most))
        chance = random.Random(seed)
        text = chance.choice((data, chance.choice(begun_with))).decode("utf-8", "replace")
        return mutated(chance, text)[:most]

    limits = [
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS_EACH}",
        f"-report_slow_units={SECONDS_EACH}",
        f"-max_len={MOST_BYTES}",
        "-len_control=0",
        "-rss_limit_mb=2048",
    ]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={found}/{name}-", str(corpus)], one, custom_mutator=mutate)
    atheris.Fuzz()


def main() -> int:
    """Lead the readers that are named; how many inputs were kept."""
    parser = argparse.ArgumentParser(description="Readers of files, led by coverage.")
    parser.add_argument("readers", nargs="*", help=f"some of {', '.join(READERS)}; all unless given")
    parser.add_argument("--seconds", type=int, default=60, help="for each reader")
    parser.add_argument("--found", type=Path, help="where inputs that fail are kept")
    parser.add_argument("--lead", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    names = given.readers or list(READERS)
    if unknown := [name for name in names if name not in READERS]:
        parser.error(f"no such reader: {', '.join(unknown)}")
    found = given.found or Path(tempfile.mkdtemp(prefix="readers-"))
    found.mkdir(parents=True, exist_ok=True)
    if given.lead:
        lead(names[0], given.seconds, found)
    for name in names:
        print(f"{name}: {given.seconds} s", flush=True)
        words = [
            sys.executable,
            "-m",
            "tests.fuzz.readers",
            name,
            "--lead",
            "--seconds",
            str(given.seconds),
            "--found",
            str(found),
        ]
        subprocess.run(words, check=False, env=os.environ | {"PYTHONHASHSEED": "0"})
    kept = sorted(path.name for path in found.iterdir())
    print(f"{len(kept)} inputs kept in {found}" if kept else "nothing found")
    return len(kept)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)

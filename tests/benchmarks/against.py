"""How long a draw and a lone run take beside an older version, taken in turn within one run.

``against.py OLD`` where OLD is a folder with the older version, such as ``git worktree add ../old 184370c`` makes. Each
side is measured in its own process, in turn; what counts are the ratios pair by pair. A draw on one thread, a lone run
and a slider are told in processor time, which other work on the machine disturbs least; two threads by the clock, for
which the machine should be idle.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[2]
MEASURE = """
import sys, time, warnings
from concurrent.futures import ThreadPoolExecutor
warnings.filterwarnings("ignore")
import refugee_model as rm
from refugee_model.outcomes.measures import measures
length, draws = sys.argv[1], int(sys.argv[2])
scenario = rm.load_scenario("lachin-2023-plan").change(
    {"timeline.step_minutes": length if length == "auto" else float(length)}
)
def least(task, rounds, clock=time.process_time):
    task()
    found = []
    for _ in range(rounds):
        begin = clock()
        task()
        found.append(clock() - begin)
    return min(found)
def many(threads):
    with ThreadPoolExecutor(threads) as pool:
        rm.simulate_ensemble(scenario, draws=draws, keep="measures", executor=pool)
people = iter(range(80_000, 90_000))
def slide():
    rm.simulate(scenario.change({"people.total": next(people)}))
one = least(lambda: many(1), 3)
by_clock = [least(lambda: many(threads), 3, time.perf_counter) for threads in (1, 2)]
lone = [1e3 * least(task, 25) for task in (lambda: rm.simulate(scenario), slide)]
print(1e6 * one / draws, *(1e6 * time / draws for time in by_clock), *lone)
"""


def measured(folder: Path, length: str, draws: int) -> list[float]:
    """Microseconds a draw on one thread by the processor and by the clock, and on two; milliseconds of a lone run, and
    of a change with a lone run."""
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", MEASURE, length, str(draws)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=folder).stdout
    return [float(word) for word in said.split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path, help="folder of the older version")
    parser.add_argument("--draws", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    old = asked.old.resolve()
    for folder in (old, HERE):
        measured(folder, "30", 256)  # compiled before anything counts
    rounds = [
        [measured(old, "30", asked.draws), *(measured(HERE, length, asked.draws) for length in ("30", "auto"))]
        for _ in range(asked.rounds)
    ]
    whats = (
        "a draw with measures [us]",
        "the same by the clock [us]",
        "the same by the clock, two threads [us]",
        "a lone run [ms]",
        "a change and a lone run [ms]",
    )
    for place, what in enumerate(whats):
        sides = [[one_round[side][place] for one_round in rounds] for side in range(3)]
        print(f"{what}: old {min(sides[0]):.1f}, 30-minute steps {min(sides[1]):.1f}, automatic {min(sides[2]):.1f}")
        for name, side in (("30-minute steps", 1), ("automatic", 2)):
            ratios = sorted(new / before for new, before in zip(sides[side], sides[0], strict=True))
            print(f"  {name}: {statistics.median(ratios):.2f} of the old time ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    for name, side in (("30-minute steps", 1), ("automatic", 2)):
        faster = statistics.median(one_round[side][1] / one_round[side][2] for one_round in rounds)
        seconds = min(one_round[side][2] for one_round in rounds) / 10
        print(f"{name}: two threads {faster:.2f} times one; 100,000 draws on two threads {seconds:.0f} s")


if __name__ == "__main__":
    main()

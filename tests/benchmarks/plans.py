"""A plan beside each rule of thumb with the same money, on draws that none of them was chosen on.

For each scenario and budget: nights without a roof (mean, mean of the worst tenth) under the plan and each rule, what
the plan saves against it (above 0: the plan is better; intervals of 95 % of paired differences between eight sequences
of draws), and in the end how often a rule did better beyond noise.
"""

from __future__ import annotations

import argparse
import time

import pandas as pd

import refugee_model as rm

BUDGETS: dict[str, tuple[float, ...]] = {
    "two-bridges": (0.3e6, 1e6, 2e6, 3e6, 6e6),
    "four-crossings": (0.3e6, 1e6, 2e6, 3e6, 6e6),
    "lachin-2023-plan": (1e6, 2.5e6, 5e6, 10e6, 16.1e6),
}
"""Dollars; the last of the packaged plan is what was there."""
PROPORTIONAL = ("beds by residents", "beds by present beds", "median need and 10 %")
HEAD = "| scenario | budget | plan or rule | mean | worst tenth | saves, mean | saves, worst tenth | saves, aim |"


def told(row: pd.Series, name: str) -> str:
    """What the plan saves against a rule, with its interval."""
    return f"{row[name]:,.0f} ({row[name + '_low']:,.0f} to {row[name + '_high']:,.0f})"


def print_plan(name: str, budget: float, validation: pd.DataFrame) -> None:
    """Rows of one table."""
    for _, row in validation.iterrows():
        saves = [told(row, f"plan_saves{of}") for of in ("_nights", "_worst_tenth", "")]
        said = ["", "", ""] if row["plan"] == "plan" else saves
        print(
            f"| {name} | {budget / 1e6:g} M | {row['plan']} | {row['mean']:,.0f} | {row['worst_tenth']:,.0f} | "
            + " | ".join(said) + " |",
            flush=True,
        )  # fmt: skip


def main() -> None:
    """All scenarios and budgets, or some."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", default=list(BUDGETS))
    parser.add_argument("--draws", type=int, default=2000, help="draws to choose on; four times as many are held out")
    parser.add_argument("--confidence", type=float, default=0.95)
    parser.add_argument("--budgets", type=float, nargs="*", help="dollars, instead of the five of each scenario")
    asked = parser.parse_args()
    print(HEAD + "\n" + "|---" * 8 + "|")
    closing = []
    for name in asked.scenarios:
        for budget in asked.budgets or BUDGETS[name]:
            began = time.perf_counter()
            plan = rm.plan_aid(rm.load_scenario(name), budget, asked.confidence, draws=asked.draws)
            table = plan.validation
            print_plan(name, budget, table)
            mine, rules = table.iloc[0], table.iloc[1:]
            worse = [
                f"{row['plan']} ({of.strip('_') or 'aim'})"
                for _, row in rules.iterrows()
                for of in ("_nights", "_worst_tenth", "")
                if row[f"plan_saves{of}_high"] < 0.0
            ]
            least = 1.0 - mine["worst_tenth"] / rules.loc[rules["plan"].isin(PROPORTIONAL), "worst_tenth"].min()
            other = rules.loc[rules["plan"].isin(PROPORTIONAL), "worst_tenth_after_crossing"].min()
            crossed = 1.0 - mine["worst_tenth_after_crossing"] / other
            closing.append(
                f"{name}, {budget / 1e6:g} M: worse than {', '.join(worse) or 'none'}; worst tenth {100 * least:.0f} % "
                f"below the best of {', '.join(PROPORTIONAL)}; after crossing {100 * crossed:.0f} %; "
                f"optimism {100 * mine['optimism']:.1f} %, luck of the draws "
                f"{100 * rules['optimism'].max():.1f} %; gap {100 * mine['gap']:.1f} %; "
                f"{time.perf_counter() - began:.0f} s"
            )
            print(closing[-1], flush=True)
    print("\n".join(["", *closing]))


if __name__ == "__main__":
    main()

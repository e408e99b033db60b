"""Importing does nothing, and every public name can be had."""

import subprocess
import sys

import pytest

import refugee_model
import refugee_model as rm


def test_import_loads_no_heavy_library() -> None:
    code = (
        "import sys, refugee_model; print(sorted({'numpy', 'pandas', 'numba', 'matplotlib', 'scipy', "
        "'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shell_loads_no_statistics_before_they_are_needed() -> None:
    code = "import sys, refugee_model.files.results; print('scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False", "scipy.stats takes a second to load, more than a whole run"


def test_every_public_name_can_be_had() -> None:
    for name in refugee_model.__all__:
        assert getattr(refugee_model, name) is not None
    assert set(refugee_model.__all__) <= set(dir(refugee_model))


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(refugee_model, "simulat")


def test_names_of_an_earlier_version_work_or_say_what_to_write() -> None:
    assert rm.Trajectories is rm.Result  # type: ignore[attr-defined]
    ensemble = rm.simulate_ensemble(rm.load_scenario("lachin-2023"), draws=2)
    with pytest.raises(AttributeError, match=r"write \.result\.recorded"):
        _ = ensemble.stocks  # type: ignore[attr-defined]


def test_a_name_that_is_gone_says_what_to_write_instead() -> None:
    with pytest.raises(AttributeError, match="give the study a table \\[plan\\]"):
        rm.plan_study  # type: ignore[attr-defined]  # noqa: B018

"""Importing does nothing, and every public name can be had."""

import subprocess
import sys

import refugee_model


def test_import_loads_no_heavy_library() -> None:
    code = "import sys, refugee_model; print(sorted({'numpy', 'pandas', 'numba', 'matplotlib', 'scipy', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    for name in refugee_model.__all__:
        assert getattr(refugee_model, name) is not None
    assert set(refugee_model.__all__) <= set(dir(refugee_model))


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(refugee_model, "simulat")

"""Addresses at which no cluster is: one sentence, at once, and nothing of dask's beside it."""

import os
import subprocess
import sys

import pytest

from refugee_model.errors import RequestError
from refugee_model.studies.workers import open_workers

WRONG = [
    ("", "found an empty address"),
    ("nonsense", "a host and a port from 1 to 65535 must be given"),
    ("tcp://", "a host and a port"),
    ("tcp://127.0.0.1", "a host and a port"),
    ("tcp://127.0.0.1:99999", "out of range"),
    ("tcp://127.0.0.1:port", "port"),
    ("tcp://127.0.0.1:0", "a host and a port"),
    ("tls://127.0.0.1:1", "TLS needs certificates"),
    ("http://127.0.0.1:80", "found 'http' before '://'"),
    ("tpc://127.0.0.1:8786", "did you mean 'tcp'?"),
    ("inproc://x", "found 'inproc'"),
    ("tcp://127.0.0.1:8786/path/of/something", "a host and a port"),
]


@pytest.mark.parametrize(("address", "said"), WRONG)
def test_an_address_that_is_none(address: str, said: str) -> None:
    with (
        pytest.raises(RequestError, match=r"the cluster at .* cannot be used") as caught,
        open_workers(cluster=address),
    ):
        pass
    assert said in str(caught.value)


@pytest.mark.slow
def test_a_closed_port_is_one_line_on_the_shell() -> None:
    words = [
        sys.executable,
        "-m",
        "refugee_model",
        "batch",
        "timing-x-aid",
        "--out",
        "nowhere",
        "--cluster",
        "tcp://127.0.0.1:1",
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120, env=os.environ)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "the cluster at tcp://127.0.0.1:1 cannot be used: cluster: no dask scheduler answers there"
    )
    assert "Traceback" not in done.stderr

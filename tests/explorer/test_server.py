"""The page answers this machine alone, under its token, and nothing but numbers moves it."""

import http.client
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from refugee_model.errors import OutputError
from refugee_model.explorer import server as servers
from refugee_model.explorer.exploration import Exploration
from refugee_model.explorer.server import PageServer, page_of
from refugee_model.languages import language, languages
from refugee_model.scenario.scenario import Scenario

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TOTAL = "people.total"
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} javascript:alert(1)"


@pytest.fixture(scope="module")
def exploration(small: Scenario) -> Exploration:
    return Exploration(
        small.change({TOTAL: {"low": 6_000, "likely": 10_000, "high": 16_000}, "title": HOSTILE, "source": HOSTILE}),
        language("en"),
    )


@pytest.fixture
def server(exploration: Exploration) -> Iterator[PageServer]:
    with PageServer(exploration, 0) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def ask(
    server: PageServer, path: str, *, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=named)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), dict(answer.getheaders())
    connection.close()
    return found


def test_the_page_stands_under_its_token_only(server: PageServer) -> None:
    status, page, headers = ask(server, f"/{server.token}/")
    assert (status, "default-src 'none'" in headers["Content-Security-Policy"]) == (200, True)
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    for path in ("/", "/favicon.ico", f"/{server.token}", f"/{server.token}x/", f"/{server.token}/../../etc/passwd"):
        assert ask(server, path)[:2] == (404, "Not Found")
    assert ask(server, f"/{server.token}/project")[0] == 404
    assert ask(server, f"/{server.token}/", method="POST", body="{}")[0] == 404
    assert ask(server, f"/{server.token}/", method="PUT", body="{}")[0] == 501
    assert server.server_address[0] == "127.0.0.1"


def test_a_page_of_another_name_gets_nothing(server: PageServer) -> None:
    port = server.server_port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1:1", "127.0.0.1", ""):
        assert ask(server, f"/{server.token}/", Host=host)[0] == 403
    asked = {"method": "POST", "body": json.dumps({"moved": {}})}
    assert ask(server, f"/{server.token}/project", Origin="http://evil.example", **asked)[0] == 403
    assert ask(server, f"/{server.token}/project", Origin=f"http://localhost:{port}", **asked)[0] == 200


def test_an_answer_is_what_follows(server: PageServer, exploration: Exploration) -> None:
    body = json.dumps({"moved": {TOTAL: 7_000}, "many": False})
    status, said, _ = ask(server, f"/{server.token}/project", method="POST", body=body)
    assert status == 200
    figures = {one["name"]: one["now"] for one in json.loads(said)["figures"]}
    assert figures == {one.name: one.now for one in exploration.view({TOTAL: 7_000}).figures}


@pytest.mark.parametrize(
    "body",
    ["", "no json", "[]", '{"moved": 3}', '{"moved": {"people.total": "x"}}', '{"moved": {"people.total": NaN}}',
     '{"moved": {"people.total": 1e999}}', "[" * 5_000, " " * 20_000],
)  # fmt: skip
def test_what_is_no_question_is_refused(server: PageServer, body: str) -> None:
    assert ask(server, f"/{server.token}/project", method="POST", body=body)[0] == 400


def test_a_port_in_use_is_one_clear_error(exploration: Exploration) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OutputError, match="Address already in use; give another with --port"):
            PageServer(exploration, taken.getsockname()[1])


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.tags.append(tag)


@pytest.mark.parametrize("code", languages())
def test_texts_of_a_scenario_come_out_as_texts(exploration: Exploration, code: str) -> None:
    plain = exploration.scenario.change({"title": "plain", "source": "plain"})
    found, usual = Tags(), Tags()
    for tags, scenario in ((found, exploration.scenario), (usual, plain)):
        tags.feed(page_of(Exploration(scenario, language(code)), "n").decode())
    assert found.tags == usual.tags


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser")
def test_a_moved_slider_changes_the_figures(
    server: PageServer, exploration: Exploration, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = """<script nonce="{nonce}">var slider = document.querySelector('[data-path="people.total"]');
    slider.value = 7000; slider.dispatchEvent(new Event("input")); slider.dispatchEvent(new Event("change"));
    </script></body>"""
    made = servers.page_of

    def hooked(shown: Exploration, nonce: str) -> bytes:
        return made(shown, nonce).replace(b"</body>", hook.replace("{nonce}", nonce).encode())

    monkeypatch.setattr(servers, "page_of", hooked)
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000"]
    shown = subprocess.run(
        [*command, "--dump-dom", server.address], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    view = exploration.view({TOTAL: 7_000}, many=True)
    crossed = next(one for one in view.figures if one.name == "crossed")
    assert crossed.changed
    row = shown.partition('data-measure="crossed"')[2].partition("</tr>")[0]
    assert f">{crossed.now}<" in row
    assert f">{crossed.range}<" in row
    assert "'people.total': 7000," in shown

"""JupyterHub on this machine: two users, each with copies of their own, and one MNIST for both.

Needs `pip install jupyterhub` and `npm install --global configurable-http-proxy`. The settings of
the servers are those of deploy/tljh.py. In place of its logins and system users stand JupyterHub's
own ones for tests: "dummy" lets everyone in, and "simple" starts each server as the same user.
"""

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from helpers import working_copies
from tests.lab import MINUTE, OpenLesson
from tests.lessons import LESSONS, ROOT
from tests.test_browser import SEVEN, draw

PROXY = shutil.which("configurable-http-proxy")
LESSON = LESSONS[4]
SHOTS = os.environ.get("LESSON_SHOTS")  # a folder in which to keep pictures
FOR_TESTS = """
c.JupyterHub.bind_url = "http://127.0.0.1:{0}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{1}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{2}"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{3}/{{username}}"
c.Spawner.args += ["--LabApp.expose_app_in_browser=True", "--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("jupyterhub"), reason="no JupyterHub here"),
    pytest.mark.skipif(not PROXY, reason="JupyterHub's configurable-http-proxy is not here"),
]


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """The address of a JupyterHub, and the folder of its users' homes."""
    folder, probes = tmp_path_factory.mktemp("hub"), [socket.socket() for _ in range(3)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    settings = (ROOT / "deploy" / "tljh.py").read_text().replace("/srv/pytorch-by-hand", str(ROOT))
    (folder / "config.py").write_text(settings + FOR_TESTS.format(*ports, folder / "homes"))
    bin = Path(sys.executable).parent  # where the servers find python
    environment = os.environ | {"PATH": f"{bin}{os.pathsep}{os.environ['PATH']}"}
    with (folder / "hub.log").open("w") as log:
        command = [sys.executable, "-m", "jupyterhub", "--config=config.py"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    while process.poll() is None and "JupyterHub is now running" not in _text(folder / "hub.log"):
        time.sleep(0.2)
    yield f"http://127.0.0.1:{ports[0]}", folder / "homes"
    process.terminate()
    process.wait(60)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("user", ["ada", "bob"])
def test_a_user_of_a_hub_moves_an_explorer_and_draws_a_digit(browser, hub, user):
    address, homes = hub
    browser.clear_cookies()
    page = browser.new_page()
    page.goto(f"{address}/hub/login")
    page.get_by_label("Username").fill(user)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/user/{user}/lab/**", timeout=3 * MINUTE)
    lesson = OpenLesson(page, f"{address}/user/{user}", LESSON)
    lesson.run_all()
    for number, i in enumerate(lesson.explorers):
        explorer = lesson.cell(i).locator(".explorer")
        caption, picture = explorer.get_by_role("status"), explorer.locator("img")
        before = picture.get_attribute("src")
        if pad := next(iter(explorer.get_by_role("application").all()), None):
            explorer.get_by_role("button", name="Clear").click()
            draw(pad, SEVEN, touch=False)
            expect(caption).to_contain_text(re.compile("reads a [0-9]"))
        else:
            explorer.get_by_role("slider").first.press("ArrowRight")
        expect(picture).not_to_have_attribute("src", before)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"hub-{user}-{number}.png")
    page.close()
    (copies,) = homes.glob(f"{user}/my_lessons")
    assert {path.name for path in copies.glob("*.ipynb")} == {path.name for path in LESSONS}
    assert working_copies.exercises(copies) == working_copies.stored_exercises()

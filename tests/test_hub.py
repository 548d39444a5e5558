"""Two users of a JupyterHub on this machine, with the settings of deploy/tljh.py.

"Dummy" lets everyone in, and "simple" starts their servers as the user who runs the tests.
"""

import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from helpers.data import mnist
from tests.controls import STROKES
from tests.lab import MINUTE, OpenLesson, draw, free_port, started
from tests.test_browser import SHOTS
from tools.lessons import LESSONS, ROOT

PROXY, HUB = shutil.which("configurable-http-proxy"), importlib.util.find_spec("jupyterhub")
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
NEEDS = "`pip install jupyterhub` and `npm install --global configurable-http-proxy` are needed"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not (HUB and PROXY), reason=NEEDS)]


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """The address of a JupyterHub, and the folder of its users' homes."""
    folder, ports = tmp_path_factory.mktemp("hub"), [free_port() for _ in range(3)]
    settings = (ROOT / "deploy" / "tljh.py").read_text().replace("/srv/pytorch-by-hand", str(ROOT))
    (folder / "config.py").write_text(settings + FOR_TESTS.format(*ports, folder / "homes"))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command, said = [sys.executable, "-m", "jupyterhub", "--config=config.py"], folder / "hub.log"
    ready = lambda: "JupyterHub is now running" in said.read_text()  # noqa: E731
    with started(command, said, ready, cwd=folder, env=os.environ | {"PATH": path}):
        yield f"http://127.0.0.1:{ports[0]}", folder / "homes"


@pytest.mark.parametrize("user", ["ada", "bob"])
def test_a_user_moves_an_explorer_and_draws_a_digit(browser, hub, user):
    address, homes = hub
    browser.clear_cookies()
    page = browser.new_page()
    page.goto(f"{address}/hub/login")
    page.get_by_label("Username").fill(user)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/user/{user}/lab/**", timeout=3 * MINUTE)
    lesson = OpenLesson(page, f"{address}/user/{user}", LESSONS[4])
    lesson.run_all()
    for i in lesson.explorers:
        explorer = lesson.cell(i).locator(".explorer")
        caption, picture = explorer.get_by_role("status"), explorer.locator("img")
        before = picture.get_attribute("src")
        if explorer.get_by_role("application").count():
            explorer.get_by_role("button", name="Clear").click()
            draw(explorer.get_by_role("application"), STROKES[7], touch=False)
            read = 7 if mnist().full else "[0-9]"
            expect(caption).to_have_text(re.compile(f"reads a {read}, with"))
        else:
            explorer.get_by_role("slider").first.press("ArrowRight")
        expect(picture).not_to_have_attribute("src", before)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"hub-{user}-{lesson.cells[i].id}.png")
    page.close()
    copies = {path.name for path in (homes / user / "my_lessons").glob("*.ipynb")}
    assert copies == {path.name for path in LESSONS}

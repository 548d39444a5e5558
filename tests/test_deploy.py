"""The container and the settings of a hub say what the project says, and name what is there."""

import re
import types

import pytest
import yaml

from helpers import working_copies
from tools.lessons import ROOT

DOCKERFILES = ["Dockerfile", "deploy/hub.Dockerfile"]
LOADED_LATER = {"data/mnist.pt"}  # git ignores it


def instructions(name: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile in order, each with its text on one line."""
    text = re.sub(r"\\\n\s*", "", (ROOT / name).read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


@pytest.mark.parametrize("name", DOCKERFILES)
def test_a_container_copies_what_is_there_and_is_let_in(name):
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sources = [
        source
        for instruction, text in instructions(name)
        if instruction == "COPY"
        for source in text.split()[:-1]
    ]
    assert sources and "*" in ignored
    for source in sources:
        assert (ROOT / source).exists() or source in LOADED_LATER, source
        assert f"!{source}" in ignored, source


@pytest.mark.parametrize("name", DOCKERFILES)
def test_no_container_runs_as_root(name):
    users = [text for instruction, text in instructions(name) if instruction == "USER"]
    assert users[-1] == "1000"
    assert any("--uid 1000" in text for _, text in instructions("Dockerfile"))


def test_the_container_takes_the_same_builds_for_the_cpu():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (address,) = re.findall(r"^CPU_BUILDS \?= (\S+)", makefile, re.MULTILINE)
    assert ("ARG", f"CPU_BUILDS={address}") in instructions("Dockerfile")


def test_both_hubs_start_the_same_server():
    littlest = types.SimpleNamespace(Spawner=types.SimpleNamespace())
    code = (ROOT / "deploy" / "tljh.py").read_text(encoding="utf-8")
    exec(code, {"get_config": lambda: littlest})
    kubernetes = yaml.safe_load((ROOT / "deploy" / "z2jh.yaml").read_text(encoding="utf-8"))
    one, other = littlest.Spawner, kubernetes["singleuser"]
    assert one.cmd == other["cmd"]
    assert one.default_url == other["defaultUrl"]
    assert one.default_url.rpartition("/")[2] == working_copies.lessons()[0].name
    assert other["extraEnv"].items() <= one.environment.items()
    assert (one.mem_limit, one.cpu_limit) == (other["memory"]["limit"], other["cpu"]["limit"])
    home = other["storage"]["homeMountPath"]
    assert kubernetes["hub"]["config"]["Spawner"]["notebook_dir"] == one.notebook_dir.replace(
        "~", home
    )
    (line,) = [text for _, text in instructions("Dockerfile") if "MY_LESSONS" in text]
    made = dict(part.split("=") for part in line.split())
    assert made["MY_LESSONS"] == f"{home}/my_lessons"


def test_the_page_installs_the_chart_that_the_values_are_for():
    values = (ROOT / "deploy" / "z2jh.yaml").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "class.md").read_text(encoding="utf-8")
    (chart,) = re.findall(r"version (\d+\.\d+\.\d+)", values)
    assert f"--version={chart}" in page

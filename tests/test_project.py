"""The house: installation files that agree, a README that is true, clean code."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
import yaml

from tests.lab import free_port, listens, started
from tools import readme
from tools.lessons import LESSONS, ROOT, read

PYTHON = ("helpers", "tests", "tools")
CONDA = {"torch": "pytorch", "playwright": "playwright-python"}


def requirements(name: str) -> dict[str, str]:
    """Return each requirement of a file with its lower bound."""
    lines = (ROOT / name).read_text().splitlines()
    bounds = [line for line in lines if line and not line.startswith(("#", "-"))]
    assert all(re.fullmatch(r"[\w-]+>=[\d.]+", line) for line in bounds), bounds
    return dict(line.split(">=") for line in bounds)


def by_conda(name: str) -> dict[str, str]:
    """Return each package of a conda environment with its lower bound, those by pip too."""
    packages = yaml.safe_load((ROOT / name).read_text())["dependencies"]
    by_pip = [package for part in packages if isinstance(part, dict) for package in part["pip"]]
    packages = [package for package in packages + by_pip if ">=" in package]
    return dict(package.split(">=") for package in packages)


@pytest.mark.parametrize("part", ["", "-dev"])
def test_conda_gives_the_same_as_pip(part):
    conda = by_conda(f"environment{part}.yml")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert ">=" + conda.pop("python", "3.11") == project["requires-python"]
    conda.pop("pip", None)
    expected = requirements(f"requirements{part}.txt")
    assert conda == {CONDA.get(name, name): bound for name, bound in expected.items()}


def test_learners_install_what_lessons_and_helpers_import_and_no_test_tools():
    code = [
        cell.source for path in LESSONS for cell in read(path).cells if cell.cell_type == "code"
    ]
    files = [path.read_text(encoding="utf-8") for path in (ROOT / "helpers").rglob("*.py")]
    used = set(re.findall(r"^\s*(?:from|import) (\w+)", "\n".join(code + files), re.MULTILINE))
    # what these bring along, and what a package is called when it is imported
    known = {"PIL", "numpy", "traitlets", "cycler", "IPython", "helpers", "sklearn"}
    wanted = {name.replace("-", "_") for name in requirements("requirements.txt")} | known
    assert used - wanted - sys.stdlib_module_names == set()
    assert not used & {name.replace("-", "_") for name in requirements("requirements-dev.txt")}


def test_the_package_alone_needs_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = dict(line.split(">=") for line in project["dependencies"])
    assert named == requirements("requirements.txt")


def test_the_table_of_the_readme_is_that_of_the_lessons():
    (found,) = readme.TABLE.findall(readme.README.read_text(encoding="utf-8"))
    assert found == readme.table(), "run `make refresh`"
    assert found.count("\n| ") == len(LESSONS)


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_commands_in_the_pages_are_there(path):
    page = path.read_text(encoding="utf-8")
    for alt, target, heading in re.findall(r"\[(.*?)\]\((?!https?:)([^)#]*)#?([^)]*)\)", page):
        linked = path.parent / target if target else path
        assert alt and linked.exists(), target
        if heading and linked.suffix == ".md":
            titles = re.findall(r"^#+ (.+)", linked.read_text(encoding="utf-8"), re.MULTILINE)
            names = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
            assert heading in names, f"{target}#{heading}"
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    commands = re.findall(r"(?:`|^    )make ([a-z-]+)", page, re.MULTILINE)
    assert set(commands) <= set(targets), commands
    for named in re.findall(r"\b(?:deploy|helpers|tests|tools|notebooks)/[\w./]*\w", page):
        assert "lesson11" in named or "NN" in named or (ROOT / named).exists(), named


def test_the_code_is_tidy():
    command = [sys.executable, "-m", "ruff"]
    for check in (["check", "."], ["format", "--check", ".", "--exclude", "*.ipynb"]):
        done = subprocess.run(command + check, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_nothing_needs_unix_to_be_imported():
    for path in [path for part in PYTHON for path in (ROOT / part).rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        unix = r"^(import|from) (fcntl|grp|pty|pwd|resource|termios)\b"
        assert not re.search(unix, text, re.MULTILINE), path


def imported(path: Path) -> set[str]:
    """Return the full names of the modules that a file imports, at any place in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import: write the whole name"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def test_a_helper_imports_what_is_shared_or_of_its_own_lesson_and_no_notebook():
    for path in (ROOT / "helpers").rglob("*.py"):
        own = next((part for part in path.parts if re.fullmatch(r"lesson\d\d", part)), "")
        for name in imported(path):
            lesson = re.match(r"helpers\.(lesson\d\d)\b", name)
            assert not lesson or lesson[1] == own, f"{path} imports {name}"
            assert name.split(".")[0] not in ("tests", "tools", "notebooks"), f"{path}: {name}"


def test_a_lesson_imports_what_is_shared_or_its_own():
    for lesson in LESSONS:
        code = "\n".join(cell.source for cell in read(lesson).cells if cell.cell_type == "code")
        used = set(re.findall(r"helpers\.lesson(\d\d)", code))
        assert used <= {lesson.name[:2]}, lesson.name


def test_the_stored_run_of_lesson_05_is_the_one_with_all_digits():
    outputs = {
        cell.id: str(cell.get("outputs"))
        for cell in read(ROOT / "notebooks" / "05_cnn_mnist.ipynb").cells
    }
    assert "(60000, 28, 28)" in outputs["load"]
    (accuracy,) = re.findall(r"test accuracy (\d+\.\d+)%", outputs["test-accuracy"])
    assert float(accuracy) >= 98.5


def test_the_oldest_versions_are_the_lower_bounds():
    lines = (ROOT / "tests" / "oldest.txt").read_text().splitlines()
    oldest = dict(line.split("==") for line in lines if not line.startswith("#"))
    bounds = requirements("requirements.txt") | requirements("requirements-dev.txt")
    assert oldest.keys() == bounds.keys()
    for name, bound in bounds.items():
        assert re.fullmatch(re.escape(bound) + r"(\.\d+)*", oldest[name]), name


# what a workflow may do besides reading: publish the site
PUBLISHING = {"pages": "write", "id-token": "write"}


def test_workflows_pin_their_actions_and_may_read_alone():
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = path.read_text(encoding="utf-8")
        for used in re.findall(r"uses: (\S+)", text):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used), used
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {"contents": "read"}
        assert "secrets." not in text
        for name, job in workflow["jobs"].items():
            may = PUBLISHING if (path.stem, name) == ("site", "publish") else None
            assert job.get("permissions") == may, name
            assert job["timeout-minutes"] <= 90


@pytest.fixture(scope="module")
def made_lab(tmp_path_factory):
    """What `make lab` starts: its process, its port, and what it prints."""
    folder = tmp_path_factory.mktemp("lab")
    port = free_port()
    assert "$(BIN)/python -m helpers lab" in (ROOT / "Makefile").read_text()
    command = [sys.executable, "-m", "helpers", "lab", "--no-browser", f"--port={port}"]
    log, environment = folder / "lab.log", os.environ | {"MY_LESSONS": str(folder / "mine")}
    environment.pop("OMP_WAIT_POLICY", None)
    command.append("--allow-root")
    # it prints its address before it listens
    with started(command, log, lambda: listens(port), cwd=ROOT, env=environment) as server:
        yield server, port, log.read_text()


def test_make_lab_wants_a_token_and_listens_to_this_machine_alone(made_lab):
    _, port, printed = made_lab
    assert re.search(rf"http://127\.0\.0\.1:{port}/\S*\?token=[0-9a-f]{{48}}", printed)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/api/contents")
    if sys.platform == "linux":
        listening = re.findall(
            rf" ([0-9A-F]+):{port:04X} \S+ 0A ", Path("/proc/net/tcp").read_text()
        )
        assert listening == ["0100007F"]  # 127.0.0.1


def test_threads_that_wait_sleep_in_the_kernels_of_make_lab(made_lab):
    server, port, printed = made_lab
    token = re.search(r"token=([0-9a-f]{48})", printed)[1]
    ask = urllib.request.Request(f"http://127.0.0.1:{port}/api/kernels?token={token}", b"{}")
    urllib.request.urlopen(ask).close()
    children = psutil.Process(server.pid).children()
    (kernel,) = [child for child in children if "ipykernel_launcher" in child.cmdline()]
    assert kernel.environ()["OMP_WAIT_POLICY"] == "PASSIVE"

"""A plugin for nbval: after a lesson's last cell its kernel plays on, see tests/rehearsal.py."""

import datetime
import json

import pytest

# another walk every week: what one misses, the next may find
SEED = int(datetime.date.today().strftime("%G%V"))
SECONDS = 900  # for what follows a lesson


class Encore(pytest.Item):
    """What follows a lesson: its kernel plays on in disorder, then each section alone."""

    def runtest(self) -> None:
        """Ask the kernel to play, and collect what went wrong."""
        notebook = self.parent
        seed = notebook.nb.metadata.get("rehearsal", {}).get("seed", SEED)
        troubles, in_disorder, played = json.loads(ask(notebook, f"play_on({seed})"))
        self.user_properties.append(("rehearsed", f"{played} cells, seed {seed}"))
        if troubles:
            pytest.fail(f"with seed {seed}:\n" + "\n".join(troubles), pytrace=False)
        assert in_disorder >= 2 * sum(c.cell_type == "code" for c in notebook.nb.cells)


def ask(notebook: pytest.File, call: str) -> str:
    """Call a function of tests/rehearsal.py in the notebook's kernel; return what it returns."""
    kernel, said = notebook.kernel, []
    asked = kernel.execute_cell_input(f"print(__import__('tests.rehearsal').rehearsal.{call})")
    while True:
        message = kernel.get_message("iopub", timeout=SECONDS)
        kind, content = message["msg_type"], message["content"]
        if message["parent_header"].get("msg_id") != asked:
            continue
        if kind == "stream" and content["name"] == "stdout":
            said.append(content["text"])
        assert kind != "error", "\n".join(content.get("traceback", []))
        if kind == "status" and content["execution_state"] == "idle":
            kernel.await_reply(asked, timeout=60)
            return "".join(said)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put an encore after each notebook's last cell."""
    last = {item.parent: item for item in items if hasattr(item.parent, "kernel")}
    for notebook, item in last.items():
        encore = Encore.from_parent(notebook, name="rehearsal")
        items.insert(items.index(item) + 1, encore)


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the kernel look on from the first cell, and say which lesson an item is of."""
    item.user_properties.append(("lesson", item.path.stem))
    if getattr(item, "cell_num", None) == 0:
        memory = item.config._tmp_path_factory.mktemp("memory")
        ask(item.parent, f"look_on({str(item.path)!r}, {str(memory)!r})")

"""Run the lessons and store their outputs, so that a diff shows only what changed.

    python tools/refresh.py [NOTEBOOK ...]      (default: all lessons)

Nothing is written for a lesson that fails.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers.files import write_whole
from tools import readme, teaching

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def normalize(notebook: nbformat.NotebookNode) -> None:
    """Keep of the metadata what something reads: the kernel, the language, the cells' tags."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in ("tags",) if key in cell.metadata}
        if "outputs" in cell:
            cell.outputs = joined(cell.outputs)
        for output in cell.get("outputs", []):
            if WIDGET in output.get("data", {}):
                # the widget of that run is gone: a fixed name instead of its random one
                output.data[WIDGET] = {"model_id": cell.id, "version_major": 2, "version_minor": 0}


def joined(outputs: list) -> list:
    """Join what a cell printed in several pieces: where it was cut is chance."""
    whole: list = []
    for output in outputs:
        streams = output.output_type == "stream" and whole and whole[-1].output_type == "stream"
        if streams and whole[-1].name == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def refresh(path: Path) -> float:
    """Run one notebook in its folder with the kernel `python3` and store it; return seconds."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        record_timing=True,  # for the teaching pages; `normalize` takes it out again
    )
    start = time.perf_counter()
    client.execute()
    teaching.store_seconds(path, notebook.cells)
    normalize(notebook)
    write_whole(path, lambda part: nbformat.write(notebook, part))
    return time.perf_counter() - start


def main(arguments: list[str]) -> None:
    """Refresh the notebooks named, or all."""
    from helpers.data import mnist  # with torch, which looking at notebooks does not need

    if not mnist().full:
        sys.exit("Stored outputs are made with the full MNIST; nothing was changed.")
    for path in [Path(a) for a in arguments] or sorted(NOTEBOOKS.glob("*.ipynb")):
        try:
            print(f"{path.name}: {refresh(path):.1f} s", flush=True)
        except CellExecutionError as error:
            sys.exit(f"{path.name} is not stored, a cell failed:\n{error}")
    readme.write()
    teaching.write()


if __name__ == "__main__":
    main(sys.argv[1:])

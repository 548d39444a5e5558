"""Build the site: the stored lessons as pages, with explorers that move and digits to draw.

    python tools/build_site.py [NUMBER ...]      (default: all lessons)

Each lesson is run once, so that its explorers can go through their states and its networks can be
exported. What that gave is kept in `build/`, until the notebook or a file of `helpers/` is newer;
with numbers, only these lessons are run. The pages are made from the stored notebooks.
"""

import asyncio
import base64
import copy
import hashlib
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from string import Template

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell
from PIL import Image

from helpers.explorer import Explorer, choices
from helpers.figures import canvas_image, width_on_screen
from tools import glossary, readme
from tools.lessons import LESSONS, ROOT, read

SITE, BUILD = ROOT / "site", ROOT / "build"
COMPUTED = BUILD / "computed"  # kept from one build to the next
PAGES = BUILD / "pages"  # what Sphinx reads
FILES = BUILD / "files"  # what it copies as it is
TARGET = BUILD / "site"
PACKAGES = BUILD / "packages"  # from npm
WIDGET = "application/vnd.jupyter.widget-view+json"
LARGEST = 10_000_000  # bytes, of all pictures and captions of an explorer
LINK = re.compile(r"\.ipynb#\S+")
STORED = re.compile(r'width="(\d+)"([^>]*) src="data:image/png;base64,([^"]+)"')
KEEP = "from tools.build_site import keep\nkeep(Out[max(Out)], {folder!r})"
NOTE = "These pictures were computed in advance. JupyterLab computes every combination."
MOVES = (
    " Here, these move together: {pairs}. Otherwise, a control that you move sets the others back "
    "to the start."
)


def keep(explorer: Explorer, folder: str) -> None:
    """Write what a page needs of an explorer into a folder. Runs in the lesson's kernel."""
    where = Path(folder)
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    if hasattr(explorer, "readers"):
        keep_readers(explorer, where)
    explorer.set_density(2)
    listed = explorer.listed()
    texts = {name: choices(control) for name, control in listed.items()}
    start = {name: place(control, texts[name])[0] for name, control in listed.items()}
    states = {}
    for moved in explorer.states():
        file = io.BytesIO()
        picture = canvas_image(explorer.figure.canvas, few_colors=True).convert("RGB")
        picture.save(file, "webp", lossless=True, method=2)
        name = hashlib.sha256(file.getvalue()).hexdigest()[:16] + ".webp"
        (where / name).write_bytes(file.getvalue())
        # where `draw` itself has moved other controls, or has moved one of these further
        here = {name: place(control, texts[name]) for name, control in listed.items()}
        carried = {name: i for name, i in here.items() if i[0] != (start | moved)[name]}
        key = "&".join(f"{name}={i}" for name, i in sorted(moved.items()))
        states[key] = [name, explorer.caption.text, carried]
    explorer.set_density(explorer.caption.density)
    controls = [
        {
            "name": name,
            "label": control.description,
            "kind": type(control).__name__,
            "texts": [text for text, _ in texts[name]],
            "start": start[name],
        }
        for name, control in listed.items()
    ]
    head = {"alt": explorer.caption.alt, "width": width_on_screen(explorer.figure)}
    head |= {"together": explorer.pairs(), "controls": controls, "states": states}
    (where / "states.json").write_text(json.dumps(head, separators=(",", ":")), encoding="utf-8")
    size = sum(file.stat().st_size for file in where.glob("*.webp"))
    if size > LARGEST:
        raise ValueError(
            f"The pictures of {type(explorer).__name__} have {size / 1e6:.1f} MB. Name other "
            "pairs in its class, as `together`, whose controls have fewer values."
        )


def place(control, texts: list[tuple[str, object]]) -> tuple[int, str]:
    """Return the number of the choice that a control is at or nearest to, and its value's text."""
    values = [value for _, value in texts]
    if control.value in values:
        i = values.index(control.value)
        return i, texts[i][0]
    i = min(range(len(values)), key=lambda i: abs(values[i] - control.value))
    return i, format(control.value, control.readout_format)


def keep_readers(explorer: Explorer, where: Path) -> None:
    """Export the networks that read a drawing, and keep what they compute for the first one."""
    import torch

    image = explorer.pad.drawing()[::5, ::5].float()  # the example is shown five times as large
    networks = {}
    for number, (name, reader) in enumerate(explorer.readers().items()):
        program = torch.export.export(copy.deepcopy(reader).eval(), (image,))
        torch.export.save(program, where / f"network{number}.pt2")
        torch.onnx.export(
            program,
            f=where / f"network{number}.onnx",
            input_names=["image"],
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        networks[name] = f"network{number}.onnx"
    outputs = torch.export.load(where / "network0.pt2").module()(image)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    start = {
        "image": image.int().flatten().tolist(),
        "outputs": [
            {"dims": list(o.shape), "data": [round(x, 5) for x in o.flatten().tolist()]}
            for o in outputs
        ],
        "networks": networks,
    }
    (where / "start.json").write_text(json.dumps(start), encoding="utf-8")


def explorers(lesson: Path) -> list[str]:
    """Return the ids of the cells that show an explorer."""
    return [cell.id for cell in read(lesson).cells if WIDGET in str(cell.get("outputs"))]


def computed(lesson: Path) -> bool:
    """Return whether what a lesson gave is newer than the notebook and the helpers."""
    done = COMPUTED / lesson.stem / "done"
    sources = [lesson, *(ROOT / "helpers").rglob("*.py"), Path(__file__)]
    return done.exists() and done.stat().st_mtime > max(p.stat().st_mtime for p in sources)


async def compute(lesson: Path) -> None:
    """Run a lesson, with a cell after each explorer that keeps its states; show how far it is."""
    folder, start = COMPUTED / lesson.stem, time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    notebook = copy.deepcopy(read(lesson))
    for name in explorers(lesson):
        (i,) = [i for i, cell in enumerate(notebook.cells) if cell.id == name]
        notebook.cells.insert(i + 1, new_code_cell(KEEP.format(folder=str(folder / name))))
    at = 0

    def count(cell, cell_index: int) -> None:
        nonlocal at
        at = cell_index

    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        resources={"metadata": {"path": str(lesson.parent)}},
        store_widget_state=False,
        on_cell_start=count,
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LESSON_DEVICE": "cpu"}
    running = asyncio.ensure_future(client.async_execute(env=environment))
    while not running.done():
        pictures = len(list(folder.rglob("*.webp")))
        line = f"{lesson.stem}: cell {at} of {len(notebook.cells)}, {pictures} pictures, "
        print(f"\r{line}{time.monotonic() - start:.0f} s ", end="", flush=True)
        await asyncio.wait([running], timeout=1 if sys.stdout.isatty() else 20)
    print(flush=True)
    running.result()  # raises what the run has raised
    (folder / "done").touch()


def explorer_html(folder: Path, where: str) -> str:
    """Return an explorer whose states are in `folder`, which the page finds at `where`."""
    known = json.loads((folder / "states.json").read_text(encoding="utf-8"))
    picture, said, _ = known["states"][""]
    width, height = Image.open(folder / picture).size
    labels = {control["name"]: control["label"] for control in known["controls"]}
    pairs = [" and ".join(f"“{labels[name]}”" for name in pair) for pair in known["together"]]
    note = NOTE + (MOVES.format(pairs="; ".join(pairs)) if len(labels) > 2 else "")
    together = html.escape(json.dumps(known["together"]))
    return f"""<div class="explorer" data-states="{where}" data-together="{together}">
<div class="controls">{"".join(map(control_html, known["controls"]))}
<button type="button">Back to the start</button></div>
<div class="picture"><img alt="{html.escape(known["alt"])} {html.escape(said)}"
src="{where}/{picture}" loading="lazy" width="{width // 2}" height="{height // 2}"></div>
<p role="status">{html.escape(said)}</p>
<p class="note">{html.escape(note)}</p></div>"""


def control_html(control: dict) -> str:
    """Return a control with its label: a box to tick, a list to choose from, or a slider."""
    texts, label = [html.escape(text) for text in control["texts"]], html.escape(control["label"])
    count, start = len(texts), control["start"]
    common = f'name="{control["name"]}" data-start="{start}" data-count="{count}"'
    if control["kind"] == "Checkbox":
        ticked = "checked" if start else ""
        return f'<label><input type="checkbox" {common} {ticked}>{label}</label>'
    if control["kind"] == "Dropdown":
        options = "".join(
            f'<option value="{i}"{" selected" if i == start else ""}>{text}</option>'
            for i, text in enumerate(texts)
        )
        return f"<label><span>{label}</span><select {common}>{options}</select></label>"
    return f"""<label><span>{label}</span><input type="range" {common} min="0" max="{count - 1}"
value="{start}" data-texts="{"|".join(texts)}" aria-valuetext="{texts[start]}"
><span class="value">{texts[start]}</span></label>"""


def draw_html(folder: Path, where: str) -> str:
    """Return a pad to draw a digit on, with what the networks in `folder` read."""
    start = json.loads((folder / "start.json").read_text(encoding="utf-8"))
    options = "".join(
        f'<option value="{file}">{html.escape(name)}</option>'
        for name, file in start["networks"].items()
    )
    template = Template((SITE / "draw.html").read_text(encoding="utf-8"))
    hidden = "hidden" if len(start["networks"]) == 1 else ""
    return template.substitute(where=where, options=options, hidden=hidden)


def block(lesson: Path, name: str) -> str | None:
    """Return what a page shows in place of the explorer of a cell, None if it isn't computed."""
    folder, where = COMPUTED / lesson.stem / name, f"explorers/{lesson.stem}/{name}"
    if not (folder / "states.json").exists():
        return None
    parts = []
    if (folder / "start.json").exists():
        parts.append(draw_html(folder, where))
    if json.loads((folder / "states.json").read_text(encoding="utf-8"))["controls"]:
        parts.append(explorer_html(folder, where))
    return "\n".join(parts)


def page(lesson: Path) -> nbformat.NotebookNode:
    """Return the stored lesson as a page: explorers that move, pictures in files of their own."""
    notebook = copy.deepcopy(read(lesson))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            moving = block(lesson, cell.id) if data.pop(WIDGET, None) else None
            if moving:
                output.data = {"text/html": moving}
            elif "text/html" in data:
                data["text/html"] = STORED.sub(in_a_file, data["text/html"])
    notebook.cells.insert(1, new_markdown_cell(how_to_run(lesson)))
    return notebook


def in_a_file(found: re.Match) -> str:
    """Write a picture of a page into a file, and return how the page loads it when it is seen."""
    width, more, picture = int(found[1]), found[2], base64.b64decode(found[3])
    name = hashlib.sha256(picture).hexdigest()[:16] + ".png"
    (FILES / "pictures").mkdir(parents=True, exist_ok=True)
    (FILES / "pictures" / name).write_bytes(picture)
    wide, high = Image.open(io.BytesIO(picture)).size
    room = f'width="{width}" height="{round(high * width / wide)}"'  # kept until it is loaded
    return f'{room}{more} src="pictures/{name}" loading="lazy"'


def anchor(heading: str) -> str:
    """Return the name of a heading in a link, as JupyterLab makes it. Sphinx calls this."""
    return heading.replace(" ", "-")


def how_to_run(lesson: Path) -> str:
    """Return the box at the head of a page that says what it is and how to run it."""
    repository = os.environ.get("GITHUB_REPOSITORY")  # set where a workflow builds the site
    binder = f"https://mybinder.org/v2/gh/{repository}/HEAD?urlpath=lab/tree/my_lessons"
    more = f", or [open it on Binder]({binder}/{lesson.name})" if repository else ""
    return f"""```{{admonition}} You are reading the lesson as we ran it
:class: tip
Its explorers can be moved on this page. To run cells, change code and have your exercises checked,
[install the course](index.md#Run-it-yourself) and open lesson {lesson.name[:2]} there{more}. This
is <a href="notebooks/{lesson.name}" download>the notebook of this lesson</a>.
```"""


def write_pages() -> None:
    """Write what Sphinx reads: the lessons, the glossary, and the start page with their table."""
    for folder in (PAGES, FILES):
        shutil.rmtree(folder, ignore_errors=True)
    (FILES / "notebooks").mkdir(parents=True)
    PAGES.mkdir(parents=True)
    for lesson in LESSONS:
        nbformat.write(page(lesson), PAGES / lesson.name)
        shutil.copy(lesson, FILES / "notebooks")
    words = (ROOT / "notebooks" / "glossary.md").read_text(encoding="utf-8")
    # headings of a page go down one by one, and Sphinx names them without the marks of code
    words = LINK.sub(lambda link: link[0].replace("`", ""), words.replace("\n### ", "\n## "))
    # a note for tools/glossary.py
    words = re.sub(rf"(\*\(|, ){glossary.EVERYDAY}(?=\)\*)", r"\1", words)
    words = words.replace("*()* ", "").replace(", )*", ")*")
    (PAGES / "glossary.md").write_text(words, encoding="utf-8")
    for name in ("conf.py", "formulas.cjs", "icon.svg"):
        shutil.copy(SITE / name, PAGES)
    (five,) = [lesson for lesson in LESSONS if lesson.name.startswith("05")]
    text = (SITE / "index.md").read_text(encoding="utf-8")
    text = text.replace("<!-- lessons -->", readme.table().replace("(notebooks/", "("))
    text = text.replace("<!-- draw a digit -->", block(five, "draw-a-digit") or "")
    repository = os.environ.get("GITHUB_REPOSITORY")  # set where a workflow builds the site
    where = f" from [their repository](https://github.com/{repository})" if repository else ""
    text = text.replace("<!-- from where -->", where)
    (PAGES / "index.md").write_text(text, encoding="utf-8")
    static = PAGES / "_static"
    static.mkdir()
    for file in (*SITE.glob("*.js"), SITE / "site.css", ROOT / "helpers" / "pad.js"):
        shutil.copy(file, static)
    shutil.copy(ROOT / "helpers" / "pad.css", static)
    shutil.copytree(PACKAGES / "node_modules/katex/dist/fonts", static / "fonts")
    shutil.copy(PACKAGES / "node_modules/katex/dist/katex.min.css", static)
    (static / "ort").mkdir()
    for name in ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"):
        shutil.copy(PACKAGES / "node_modules/onnxruntime-web/dist" / name, static / "ort")
    shutil.copytree(COMPUTED, FILES / "explorers", ignore=shutil.ignore_patterns("done", "*.pt2"))


def install_packages() -> None:
    """Let npm fetch what pages load, and verify it by the sums in `site/package-lock.json`."""
    if not shutil.which("npm"):
        sys.exit("The site needs npm, which comes with Node.js: https://nodejs.org/")
    lock = SITE / "package-lock.json"
    done = PACKAGES / "package-lock.json"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    print("npm fetches the packages that pages load", flush=True)
    shutil.rmtree(PACKAGES, ignore_errors=True)
    PACKAGES.mkdir(parents=True)
    shutil.copy(SITE / "package.json", PACKAGES)
    shutil.copy(lock, PACKAGES)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=PACKAGES).returncode:
        done.unlink()
        sys.exit("npm could not fetch its packages: see its message above.")


def main(numbers: list[str]) -> None:
    """Compute what is missing or named, and build the pages."""
    install_packages()
    for lesson in LESSONS:
        if lesson.name[:2] in numbers or not (numbers or computed(lesson)):
            asyncio.run(compute(lesson))
    make_pages()


def make_pages() -> None:
    """Let Sphinx make the pages from the stored lessons and from what they gave."""
    write_pages()
    print("Sphinx makes the pages", flush=True)
    shutil.rmtree(TARGET, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", PAGES, TARGET]
    if subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}).returncode:
        sys.exit("The site is not built: see the messages of Sphinx above.")
    print(
        f"The site is in {TARGET.relative_to(ROOT)}. To look at it, start\n"
        f"    {Path(sys.executable).name} -m http.server 8000 --directory build/site\n"
        "and open http://localhost:8000 in a browser."
    )


if __name__ == "__main__":
    main(sys.argv[1:])

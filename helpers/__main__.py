"""Open the lessons, and look after the learner's copies of them: python -m helpers COMMAND."""

import argparse
import os
import sys
from pathlib import Path

from helpers import classroom, progress, working_copies


def main(arguments: list[str]) -> None:
    """Run one command; a trouble ends it with one sentence."""
    parser = argparse.ArgumentParser(prog="python -m helpers", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("lab", help="make or renew your copies, and open the first in JupyterLab")
    commands.add_parser("copies", help="make or renew your copies, and open nothing")
    again = commands.add_parser(
        "reset", help="make a lesson new, and keep your old copy beside it"
    )
    again.add_argument("lesson", help="its number, such as 05")
    commands.add_parser("progress", help="show which exercises are solved")
    whole = commands.add_parser("class", help="show how far all the learners of a class are")
    whole.add_argument("folder", type=Path, help="it holds one folder of copies for each learner")
    whole.add_argument("--figure", type=Path, help="the PNG file to draw, or FOLDER/class.png")
    known, rest = parser.parse_known_args(arguments)
    if rest and known.command != "lab":
        parser.error(f"unknown: {' '.join(rest)}")
    folder = working_copies.chosen_folder()
    try:
        if known.command == "reset":
            print(working_copies.reset(folder, known.lesson))
        elif known.command == "progress":
            working_copies.prepare(folder)
            print(progress.table(folder))
        elif known.command == "class":
            show_class(known.folder, known.figure or known.folder / "class.png")
        else:
            for line in working_copies.prepare(folder):
                print(line)
            print(f"Your copies of the lessons are in {folder}.", flush=True)
            if known.command == "lab":
                open_lab(rest)
    except working_copies.Trouble as trouble:
        sys.exit(str(trouble))


def show_class(folder: Path, figure: Path) -> None:
    """Print how far the learners are whose copies are in a folder, and draw it."""
    learners, skipped = classroom.gather(folder)
    print(classroom.report(learners))
    classroom.draw(learners, figure)
    print("", f"The same as a figure: {figure}", *skipped, sep="\n")


def open_lab(options: list[str]) -> None:
    """Start JupyterLab in the folder of the copies, with the first lesson open."""
    from jupyterlab.labapp import main as jupyterlab

    folder = working_copies.chosen_folder()
    first = folder / working_copies.lessons()[0].name
    settings = working_copies.ROOT / ".jupyter"
    # Threads that wait shall sleep, so that several open lessons don't hold each other up.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    jupyterlab(
        [
            f"--ServerApp.root_dir={folder}",
            f"--LabApp.app_settings_dir={settings}",
            *options,
            str(first),
        ]
    )


if __name__ == "__main__":
    main(sys.argv[1:])

"""What a rehearsal computes once: runs whose outcome depends on what they are given alone.

A script is a process of its own and knows nothing of the kernel; a training without a picture
is a function of net, data, settings and chance. Whether they are asked for the first time or
the fourth, the outcome is the same, and the lessons' slowest cells are made of them.
"""

import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path

import torch

from helpers import scripts, training


def remember(folder: Path) -> None:
    """Let `run_script`, and `fit` without a picture, look in `folder` for an old outcome."""
    run_anew, fit_anew = scripts.run_script, training.fit

    def recall(question: list, answer: Callable[[], object]) -> object:
        file = folder / hashlib.sha256(pickle.dumps(question)).hexdigest()
        if not file.exists():
            file.write_bytes(pickle.dumps(answer()))
        return pickle.loads(file.read_bytes())

    def run_script(text, *settings, folder=None, **more):
        def answer():
            return run_anew(text, *settings, folder=folder, **more), files(folder)

        said, left = recall([text, settings, more, files(folder)], answer)
        for name, content in left.items():
            (folder / name).write_bytes(content)
        return said

    def fit(net, images, labels, *settings, live=True, **more):
        def answer():
            losses = fit_anew(net, images, labels, *settings, live=False, **more)
            return losses, net.state_dict(), torch.get_rng_state()

        if live:
            return fit_anew(net, images, labels, *settings, **more)
        given = [*net.state_dict().values(), images, labels, torch.get_rng_state()]
        question = [repr(net), settings, more, [tensor.numpy().tobytes() for tensor in given]]
        losses, weights, chance = recall(question, answer)
        net.load_state_dict(weights)
        net.train()
        torch.set_rng_state(chance)
        return losses

    scripts.run_script, training.fit = run_script, fit


def files(folder: Path | None) -> dict[str, bytes]:
    """Return the content of the files in a folder."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())} if folder else {}

"""How fast is lesson 07's training loop, and what does its live picture cost?

    python tests/bench_rnn.py [ROUNDS]      (default: 3)

The loop and the net are the cells of the lesson themselves. It runs bare and with the live
picture, in turn, in the same kernel: a picture is only sent where there is a notebook. Needs
no data; takes about half a minute a round.
"""

import os
import statistics
import sys

import torch
from jupyter_client.manager import start_new_kernel

from tests.lessons import ROOT, source

LESSON = ROOT / "notebooks" / "07_rnn_sine.ipynb"
STEPS = 4000
MEASURE = """
import time

def measure(draw):
    global net, frames, drawing
    torch.manual_seed(0)
    net, frames, drawing = ShortNet(), 0, 0.0
    live = LivePicture(moving, alt, redraw, seconds=0.02) if draw else nothing
    if draw:
        original = live._draw

        def timed():
            global frames, drawing
            start = time.perf_counter()
            original()
            drawing += time.perf_counter() - start
            frames += 1

        live._draw = timed
    start = time.perf_counter()
    train(net, x, y, lr=0.0002, live=live)
    return time.perf_counter() - start

x, y = waves({steps})
alt = "The fit."
train(ShortNet(), x[:200], y[:200])
measure(True)
"""


def main(rounds: int) -> None:
    """Measure, print a line a round, then the medians."""
    print(f"torch {torch.__version__}, 1 thread, {os.cpu_count()} cores")
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(LESSON.parent))

    def run(code: str) -> str:
        said: list[str] = []

        def listen(message: dict) -> None:
            if message["msg_type"] == "error":
                sys.exit("\n".join(message["content"]["traceback"]))
            said.append(message["content"].get("text", ""))

        client.execute_interactive(code, output_hook=listen, timeout=300)
        return "".join(said)

    try:
        for cell in ("set-up", "waves", "net-loop", "net", "train-loop", "live-figure"):
            run(source(LESSON, cell))
        run(MEASURE.replace("{steps}", str(STEPS)))
        shares, speeds, costs = [], [], []
        for _ in range(rounds):
            bare = float(run("print(measure(False))"))
            live, frames, drawing = map(
                float, run("print(measure(True), frames, drawing)").split()
            )
            speeds.append(STEPS / bare)
            costs.append(1000 * drawing / frames)
            shares.append(drawing / live)
            print(
                f"bare {STEPS / bare:5.0f} steps/s ({bare:.1f} s) · with the live picture "
                f"{live:.1f} s, {frames:.0f} frames of {costs[-1]:.0f} ms, "
                f"{shares[-1]:.0%} of the time",
                flush=True,
            )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    print(
        f"\nmedian: {statistics.median(speeds):.0f} steps/s bare, "
        f"{statistics.median(costs):.0f} ms a frame, the live picture takes "
        f"{statistics.median(shares):.0%} of the running time (aim: less than 50%)"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

"""Lesson 10: its numbers, and a GPU that is pretended."""

import functools
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from helpers import scripts
from helpers.lesson10.exercises import PretendedGPU
from helpers.lesson10.explorers import DeviceExplorer
from helpers.lesson10.timings import CLEARLY, at, crossing, in_words, operations
from helpers.scripts import run_script, scratch_folder
from tests.lessons import ROOT, read, source

LESSON = ROOT / "notebooks" / "10_gpu.ipynb"
SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
LAUNCH = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
          "--local-addr", "127.0.0.1"]  # fmt: skip


def running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")


@pytest.fixture(scope="module")
def limited():
    """What a launcher says that is stopped, and its workers; other tests run in the meantime."""
    script = """
import os, time
rank = os.environ["RANK"]
open(f"process{rank}", "w").write(str(os.getpid()))
time.sleep(600)
"""
    folder = scratch_folder()
    with ThreadPoolExecutor() as aside:
        said = aside.submit(run_script, script, 18, LAUNCH, folder)
        yield said, folder


@needs_proc
def test_two_processes_agree_with_one_and_when_one_is_killed_nothing_is_left_running(
    monkeypatch, capsys, limited
):
    """The lesson allows a system on which torchrun doesn't work; this one must not be such."""
    monkeypatch.setattr(scripts, "run_script", functools.partial(run_script, seconds=150))
    names: dict = {"torch": torch, "nn": nn, "F": F, "scripts": scripts}
    for cell in ("halves", "ddp-script"):
        exec(source(LESSON, cell), names)
    work, goodbye = names["script"].split("dist.destroy_process_group()")
    killed = """
import time
open(f"process{dist.get_rank()}", "w").write(str(os.getpid()))
dist.barrier()
if dist.get_rank() == 1:
    os.kill(os.getpid(), 9)
time.sleep(600)
"""
    names["script"] = work + killed + goodbye
    exec(source(LESSON, "launched"), names)
    *_, first, second, said = capsys.readouterr().out.splitlines()
    assert [first, second] == [f"rank {rank} of 2: 4 rows" for rank in range(2)]
    assert names["finished"] and said == "equal to one process on all rows"
    assert "stopped after" not in names["said"] and "exitcode" in names["said"]
    processes = [int((names["folder"] / f"process{rank}").read_text()) for rank in range(2)]
    assert not any(map(running, processes))


def row(fixed: float, each: float) -> dict[int, float]:
    return {n: fixed + each * n**3 for n in SIZES}


def test_between_two_sizes_time_is_a_power_of_the_size():
    cube = {n: 1e-9 * n**3 for n in SIZES}
    for n in (8, 11, 100, 1000, 1024):
        assert math.isclose(at(cube, n), 1e-9 * n**3)
    assert at(cube, 7) is None and at(cube, 1025) is None and at({}, 8) is None


def test_a_device_wins_from_where_it_is_clearly_faster_for_good():
    slow, fast = {n: 1e-6 * n for n in SIZES}, {n: 1e-4 for n in SIZES}
    assert math.isclose(crossing(slow, fast), 100 / CLEARLY)
    assert crossing(fast, slow) is None
    assert crossing(slow, {n: s / 2 for n, s in slow.items()}) == 8
    assert crossing(slow, {n: 0.95 * s for n, s in slow.items()}) is None  # may be chance
    assert crossing(slow, {}) is None
    lucky = fast | {8: 1e-9}  # one size below the crossing by chance
    assert math.isclose(crossing(slow, lucky), 100 / CLEARLY)
    short = {n: s for n, s in fast.items() if n <= 512}  # the longer row decides nothing
    assert math.isclose(crossing(slow, short), 100 / CLEARLY)


def test_times_in_words_and_operations():
    assert [in_words(s) for s in (2.5, 0.0125, 3e-6)] == ["2.5 s", "12.5 ms", "3 µs"]
    assert [in_words(s) for s in (0.9996, 0.9996e-3)] == ["1 s", "1 ms"]
    assert operations(10) == 2000


def test_the_explorer_says_what_was_measured():
    times = {
        ("CPU, 1 thread", "float32"): row(1e-6, 4e-11),
        ("cuda", "float32"): row(1e-5, 1e-13),
        ("CPU, 1 thread", "bfloat16"): {8: 1e-5},
    }
    explorer = DeviceExplorer(times)
    seen = set()
    for dtype in ("float32", "bfloat16"):
        explorer.controls["dtype"].value = dtype
        for size in explorer.controls["size"].options:
            explorer.controls["size"].value = size
            seen.add(explorer.picture.value)
    assert len(seen) > 50
    assert "cuda: not measured" in explorer.caption.text
    assert "cuda was not measured at the same sizes" in explorer.caption.text
    explorer.controls["dtype"].value = "float32"
    where = crossing(times["CPU, 1 thread", "float32"], times["cuda", "float32"])
    assert 16 < where < 128
    assert f"cuda is clearly faster from n ≈ {where:.0f} on" in explorer.caption.text
    explorer.controls["size"].value = 1024
    took = at(times["cuda", "float32"], 1024)
    assert f"1024 × 1024: CPU, 1 thread: 43 ms; cuda: {in_words(took)}" in explorer.caption.text


def test_four_devices_can_be_told_apart_and_five_are_refused():
    explorer = DeviceExplorer({(name, "float32"): row(1e-6, 1e-11) for name in "abcd"})
    lines = [line for line, _ in explorer._lines]
    assert len({(x.get_color(), x.get_linestyle(), x.get_marker()) for x in lines}) == 4
    with pytest.raises(ValueError, match="at most 4"):
        DeviceExplorer({(name, "float32"): row(1e-6, 1e-11) for name in "abcde"})


def test_any_sizes_will_do_and_none_are_refused():
    for sizes in ((100, 200, 500, 1000, 2000), (10, 100, 1000)):
        times = {("a", "float32"): {n: 1e-9 * n for n in sizes}, ("b", "float32"): {}}
        explorer = DeviceExplorer(times)
        assert explorer.controls["size"].value in sizes
        assert "b was not measured at the same sizes" in explorer.caption.text
    for nothing in ({}, {("cpu", "float32"): {}}):
        with pytest.raises(ValueError, match="nothing was measured yet"):
            DeviceExplorer(nothing)


@pytest.fixture
def fake_gpu(monkeypatch):
    """Tensors that only know shape, dtype and device: CUDA without a GPU, mixing refused."""
    # a fake parameter can't be swapped, so nets are made where they belong
    monkeypatch.setattr(nn.Module, "to", lambda self, device: self)
    waits: list = []
    monkeypatch.setattr(torch.accelerator, "synchronize", waits.append)
    with FakeTensorMode(allow_non_fake_inputs=True):
        yield waits


def test_the_training_runs_on_a_gpu_that_is_pretended(fake_gpu, monkeypatch):
    """Every tensor of the lesson's own loop is on the device, and the clock waits for it."""
    gpu = torch.device("cuda", 0)
    names: dict = {"torch": torch, "nn": nn, "F": F, "time": time, "device": gpu}
    names["short"] = torch.bfloat16
    clock = source(LESSON, "by-clock-function")
    wait = clock[clock.index("def wait") : clock.index("def by_clock")]
    exec(wait, names)
    exec(source(LESSON, "train"), names)
    digits = source(LESSON, "digits")
    exec(digits[digits.index("def prepare") : digits.index("x_train =")], names)
    exec(digits[digits.index("def cnn") :], names)
    names["x_train"] = names["prepare"](torch.zeros(300, 28, 28, dtype=torch.uint8))
    names["y_train"] = torch.zeros(300, dtype=torch.long, device=gpu)
    assert names["x_train"].device == gpu
    with gpu:
        net = names["cnn"]()

    def backward(loss):  # the real one asks a driver
        assert loss.device == gpu
        for parameter in net.parameters():
            parameter.grad = torch.zeros_like(parameter)

    monkeypatch.setattr(torch.Tensor, "backward", backward)
    losses, _ = names["train"](net, 2)
    assert losses.device.type == "cpu" and losses.shape == (2,)
    assert fake_gpu == [gpu, gpu]
    with pytest.raises(RuntimeError, match="device"):
        net(torch.zeros(2, 1, 28, 28))


@pytest.mark.parametrize("kind", ["cuda", "mps", "xpu"])
def test_the_moves_and_products_run_on_a_device_that_is_pretended(fake_gpu, kind):
    device = torch.device(kind, 0)
    names: dict = {"torch": torch, "device": device}
    exec(source(LESSON, "same-device"), names | {"elsewhere": device})
    with pytest.raises(RuntimeError, match="device"):
        exec(source(LESSON, "two-devices-fail"), names)
    exec(source(LESSON, "lanes").split("\n\n")[0], names)
    assert list(names["lanes"])[2:] == [f"{kind}:0", f"{kind}:0 and copies"]
    at_home = torch.zeros(8, 8).to(torch.float16)
    assert (at_home.to(device) @ at_home.to(device)).cpu().device.type == "cpu"


def test_no_cell_needs_cuda():
    for cell in read(LESSON).cells:
        assert cell.cell_type != "code" or ".cuda()" not in cell.source, cell.id


def test_a_pretended_gpu_tells_asking_from_doing():
    gpu = PretendedGPU()
    start = gpu.clock()
    gpu.work()
    assert gpu.clock() - start < 0.1
    gpu.wait()
    assert gpu.clock() - start > 50


@needs_proc
def test_after_the_time_limit_a_launcher_and_its_workers_are_gone(limited):
    said, folder = limited
    assert said.result().endswith("stopped after 18 s")
    processes = [int(file.read_text()) for file in folder.glob("process*")]
    assert len(processes) == 2 and not any(map(running, processes))

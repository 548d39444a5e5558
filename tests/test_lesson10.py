"""Lesson 10: its numbers, its script, and a GPU that is simulated."""

import math
import sys

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers import scripts
from helpers.lesson10.explorers import DeviceExplorer
from helpers.lesson10.timings import CLEARLY, at, crossing, in_words, operations
from tests.test_scripts import ends
from tools.lessons import ROOT, read, source

LESSON = ROOT / "notebooks" / "10_gpu.ipynb"
SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
# what may be set where other trainings run: an address where nobody is, a cluster, a launcher
ELSEWHERE = {
    "MASTER_ADDR": "10.255.255.1", "MASTER_PORT": "29500", "RANK": "3", "WORLD_SIZE": "8",
    "LOCAL_RANK": "5", "LOCAL_WORLD_SIZE": "8", "SLURM_JOB_ID": "77", "SLURM_NTASKS": "8",
    "SLURM_PROCID": "3", "PET_NNODES": "2", "PET_NPROC_PER_NODE": "4", "PET_NODE_RANK": "1",
    "PET_RDZV_ENDPOINT": "10.255.255.1:29500", "GLOO_DEVICE_TRANSPORT": "none",
}  # fmt: skip


def ddp_names() -> dict:
    """Return the names that *Going further* has when its script is to be launched."""
    names: dict = {"torch": torch, "nn": nn, "F": F, "scripts": scripts}
    for cell in ("halves", "sampler-shown", "ddp-script", "ddp-train", "alone"):
        exec(source(LESSON, cell), names)
    return names


def test_two_processes_train_as_one_and_when_one_is_killed_nothing_is_left_running(
    monkeypatch, capsys
):
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)
    names = ddp_names()
    killed = """
import time
open(f"process{rank}", "w").write(str(os.getpid()))
dist.barrier()
if rank == 1:
    os.kill(os.getpid(), 9)
time.sleep(600)
"""
    names["train_it"] += killed
    names["train_it"] = names["train_it"].replace("dist.destroy_process_group()", "")
    exec(source(LESSON, "launched"), names)
    exec(source(LESSON, "compared"), names)
    first, second = capsys.readouterr().out.splitlines()[2:4]
    assert [first, second] == [f"rank {rank} of 2: 32 rows" for rank in range(2)]
    assert "stopped after" not in names["printed"] and "exitcode" in names["printed"]
    processes = [int((names["folder"] / f"process{rank}").read_text()) for rank in range(2)]
    assert all(map(ends, processes))


@pytest.mark.slow
@pytest.mark.parametrize(
    "mistakes",
    [
        [("    sampler.set_epoch(epoch)\n", "")],
        [("DistributedDataParallel(net.to(device))", "net.to(device)"), ("net.module.", "net."),
         ("if rank == 0:", "if True:")],
    ],
    ids=["no set_epoch", "no DDP"],
)  # fmt: skip
def test_the_comparison_with_one_process_can_fail(mistakes):
    names = ddp_names()
    for right, wrong in mistakes:
        assert right in names["train_it"]
        names["train_it"] = names["train_it"].replace(right, wrong)
    exec(source(LESSON, "launched"), names)
    with pytest.raises(AssertionError, match="not close"):
        exec(source(LESSON, "compared"), names)


@pytest.mark.parametrize(
    "wish, gpus, expected",
    [(None, 2, ("nccl", "cuda:1")), ("cuda", 2, ("nccl", "cuda:1")), ("cpu", 2, ("gloo", "cpu")),
     ("cuda:0", 2, ("gloo", "cpu")), (None, 1, ("gloo", "cpu")), (None, 0, ("gloo", "cpu"))],
)  # fmt: skip
def test_each_process_obeys_the_variable_and_takes_its_own_gpu(monkeypatch, wish, gpus, expected):
    """The script's first half, in a process that is told it is the second of two."""
    monkeypatch.delenv("LESSON_DEVICE", raising=False)
    if wish:
        monkeypatch.setenv("LESSON_DEVICE", wish)
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setattr(torch.distributed, "is_nccl_available", lambda: True)
    asked: list = []
    monkeypatch.setattr(
        torch.distributed, "init_process_group", lambda *given, **named: asked.append(given[0])
    )
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 1)
    names = ddp_names()
    exec(names["connect"], names)
    assert (*asked, str(names["device"])) == expected


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
        offered = explorer.controls["size"].options
        assert max(b / a for a, b in zip(offered, offered[1:])) < 1.25  # without a gap
        assert "b was not measured at the same sizes" in explorer.caption.text
    for nothing in ({}, {("cpu", "float32"): {}}):
        with pytest.raises(ValueError, match="nothing was measured yet"):
            DeviceExplorer(nothing)


def test_all_that_a_training_computes_stays_on_the_device():
    """The meta device computes no number, and like a GPU it refuses tensors of the CPU."""
    meta = torch.device("meta")
    names: dict = {"torch": torch, "nn": nn, "F": F, "device": meta}
    digits = source(LESSON, "digits")
    exec(digits[digits.index("def prepare") : digits.index("x_train =")], names)
    exec(digits[digits.index("def cnn") :], names)
    exec(source(LESSON, "train"), names)
    names["x_train"] = names["prepare"](torch.zeros(300, 28, 28, dtype=torch.uint8)).to(meta)
    names["y_train"] = torch.zeros(300, dtype=torch.long, device=meta)
    net = names["cnn"]()
    with pytest.raises(RuntimeError, match="not on the expected device meta"):
        names["train"](net, 2)  # the network is still on the CPU
    with pytest.raises(NotImplementedError, match="Cannot copy out of meta tensor") as end:
        names["train"](net.to(meta), 2)
    assert end.traceback[-1].lineno == source(LESSON, "train").count("\n")  # its last line


@pytest.mark.parametrize("capability, dtype", [((7, 5), "float16"), ((8, 0), "bfloat16")])
def test_the_short_dtype_suits_the_gpu(monkeypatch, capability, dtype):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    names: dict = {"torch": torch, "device": torch.device("cuda", 0)}
    exec(source(LESSON, "train-mixed"), names)
    assert names["short"] == getattr(torch, dtype)


def test_the_training_with_a_scaler_learns():
    """What an old GPU runs, here on the CPU, which needs no scaler but has one."""
    names: dict = {"torch": torch, "nn": nn, "F": F, "device": torch.device("cpu")}
    exec(source(LESSON, "train-mixed"), names)
    torch.manual_seed(0)
    names["x_train"] = torch.randn(200, 5)
    names["y_train"] = (names["x_train"].sum(1) > 0).long()
    losses = names["train_mixed"](nn.Linear(5, 2), 100, torch.float16)
    assert losses[-10:].mean() < 0.9 * losses[:10].mean()


def test_where_python_is_too_new_for_compiling_a_sentence_says_so(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    names: dict = {"torch": torch, "device": torch.device("cpu")}
    exec(source(LESSON, "compile-look"), names)
    exec(source(LESSON, "compile-shown"), names)
    assert capsys.readouterr().out.startswith("torch.compile can't be used here: ")


def test_no_cell_needs_cuda():
    for cell in read(LESSON).cells:
        assert cell.cell_type != "code" or ".cuda()" not in cell.source, cell.id

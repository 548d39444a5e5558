"""Lesson 03: the numbers of its explorer, and its helpers."""

import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, TensorDataset

from helpers.figures import png
from helpers.lesson03.batching import (
    SIDEWAYS,
    batches,
    draw_pet,
    loader_diagram,
    messy_folder,
)
from helpers.lesson03.explorers import SAMPLES, WIDTH, BatchExplorer, places


@pytest.mark.parametrize("batch_size", [1, 3, 8, 10, 12])
@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
def test_the_batches_are_those_of_a_loader_on_tensors(batch_size, drop_last, shuffle):
    generator = torch.Generator().manual_seed(7)
    loader = DataLoader(
        TensorDataset(torch.arange(10)), batch_size, shuffle,
        drop_last=drop_last, generator=generator,
    )  # fmt: skip
    for epoch in range(3):
        theirs = [batch.tolist() for (batch,) in loader]
        assert batches(10, batch_size, shuffle, 7, epoch, drop_last) == theirs


@pytest.mark.parametrize("batch_size", range(1, SAMPLES + 1))
@pytest.mark.parametrize("drop_last", [False, True])
def test_the_tiles_are_side_by_side_in_the_order_of_the_batches(batch_size, drop_last):
    cut = batches(SAMPLES, batch_size, True, 0, 0, drop_last)
    found = places(cut, SAMPLES)
    assert sorted(found) == list(range(SAMPLES))
    lefts = [found[sample][0] for batch in cut for sample in batch]
    lefts += sorted(x for x, step in found.values() if step is None)
    assert all(second - first > 0.99 for first, second in zip(lefts, lefts[1:]))
    assert lefts[0] > -1e-6 and lefts[-1] + 1 < WIDTH + 1e-6
    assert [found[batch[0]][1] for batch in cut] == list(range(len(cut)))


def test_the_explorer_says_the_true_sizes():
    explorer = BatchExplorer()
    assert explorer.caption.text.startswith("4 steps of 6 samples, the last with 2. Step 0 gets ")
    explorer.controls["drop_last"].value = True
    said = explorer.caption.text
    assert said.startswith("3 steps of 6 samples. 2 of 20 are left out of this epoch. Step 0")
    explorer.controls["batch_size"].value = 20
    assert explorer.caption.text.startswith("1 step of 20 samples. 0 of 20 are left out")
    explorer.controls["batch_size"].value = 1
    assert explorer.caption.text.startswith("20 steps of 1 sample. 0 of 20")


def test_without_shuffling_every_epoch_is_the_same():
    explorer = BatchExplorer()
    explorer.controls["shuffle"].value = False
    before = explorer.picture.value
    explorer.controls["epoch"].value = 5
    explorer.controls["seed"].value = 5
    assert explorer.picture.value == before


def test_a_pet_is_the_same_each_time_and_no_two_are_alike():
    pets = [draw_pet(kind, number) for kind in ("cat", "dog") for number in range(1, 7)]
    assert len({pet.tobytes() for pet in pets}) == 12
    assert len({pet.size for pet in pets}) > 2  # so that `Resize` is needed
    assert draw_pet("dog", 3).tobytes() == draw_pet("dog", 3).tobytes()
    with pytest.raises(ValueError, match="a cat or a dog, and not a bird"):
        draw_pet("bird", 1)


def test_a_messy_folder_holds_what_its_docstring_says():
    root = messy_folder()
    assert {path.name: len(list(path.iterdir())) for path in root.iterdir()} == {
        "cat": 3, "dog": 2, "bird": 0, ".ipynb_checkpoints": 0,
    }  # fmt: skip
    modes = {"cat/palette.png": "P", "cat/gray.png": "L", "dog/deep.png": "I;16",
             "dog/sideways.jpg": "RGB"}  # fmt: skip
    for name, mode in modes.items():
        assert Image.open(root / name).mode == mode
    assert Image.open(root / "dog/sideways.jpg").getexif()[0x0112] == SIDEWAYS
    with pytest.raises(OSError, match="cannot identify"):
        Image.open(root / "cat/._gray.png")


def test_the_diagram_is_drawn_for_other_cuts_too():
    assert png(loader_diagram([2, 0, 1], 2)) != png(loader_diagram([2, 0, 1], 3))
    for size in (1, 2, 3):  # many batches are drawn whole
        (axis,) = loader_diagram(list(range(10)), size).axes
        low, high = axis.get_ylim()
        assert all(low <= tile.get_y() <= high - 0.9 for tile in axis.patches)

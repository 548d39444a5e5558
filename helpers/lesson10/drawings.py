"""The picture at the beginning of lesson 10."""

from matplotlib.figure import Figure

from helpers.figures import BLACK, SKY, new_figure


def two_places() -> Figure:
    """Draw the two places for tensors, and the two calls that copy from one to the other."""
    figure = new_figure(8, 1.6)
    axis = figure.add_axes((0, 0, 1, 1), xlim=(0, 10), ylim=(0, 2))
    axis.set_axis_off()
    box = {"boxstyle": "round,pad=0.8", "fc": SKY, "ec": BLACK}
    for middle, name in ((1.7, "tensors\non the CPU"), (8.3, "tensors\non the GPU")):
        axis.text(middle, 1, name, ha="center", va="center", bbox=box)
    arrow = {"arrowstyle": "-|>", "lw": 2}
    for height, start, end, name in ((1.35, 3.5, 6.5, ".to(device)"), (0.65, 6.5, 3.5, ".cpu()")):
        axis.annotate("", (end, height), (start, height), arrowprops=arrow)
        axis.text(5, height + 0.08, name, ha="center", va="bottom", family="monospace")
    return figure

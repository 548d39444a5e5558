"""The picture at the head of lesson 08: a network with some of its hidden units switched off."""

from matplotlib.figure import Figure

from helpers.figures import BLACK, BLUE, RED, SKY, new_figure

HEIGHTS = [1.0 * i for i in range(10)]  # of the hidden units
MIDDLE = 4.5


def thinned_diagram(off: tuple[int, ...]) -> Figure:
    """Draw a network 1 → 10 → 1 in which the hidden units in `off`, counted from 0, are silent."""
    figure = new_figure(9, 3.2)
    axis = figure.add_axes((0, 0, 1, 1), xlim=(-0.6, 7.6), ylim=(-2.2, 9.8))
    axis.set_axis_off()
    for unit, height in enumerate(HEIGHTS):
        silent = unit in off
        look = (
            {"ls": ":", "color": BLACK, "lw": 1}
            if silent
            else {"ls": "-", "color": BLUE, "lw": 1.5}
        )
        axis.plot([0, 3, 6], [MIDDLE, height, MIDDLE], zorder=1, **look)
        marker = "X" if silent else "o"
        axis.plot(3, height, marker, color=RED if silent else SKY, mec=BLACK, ms=13, zorder=2)
    axis.plot([0, 6], [MIDDLE, MIDDLE], "o", color=SKY, mec=BLACK, ms=13, zorder=2)
    for x, name in ((0, "input"), (3, "hidden units"), (6, "prediction")):
        axis.text(x, -0.9, name, ha="center", va="top", fontsize=12)
    for x, y, marker, color, name in (
        (5.4, 8.7, "o", SKY, "takes part"),
        (5.4, 7.5, "X", RED, "switched off"),
    ):
        axis.plot(x, y, marker, color=color, mec=BLACK, ms=13)
        axis.text(x + 0.2, y, name, va="center", fontsize=12)
    return figure

"""A network as circles and lines."""

from matplotlib.figure import Figure

from helpers.figures import BLACK, BLUE, SKY, new_figure


def neuron_diagram(layers: list[tuple[str, int]], steps: list[str]) -> Figure:
    """Draw each layer, (name, units), as a column of circles, and every weight as a line.

    `steps` names what leads from each layer to the next, one fewer than the layers.
    """
    figure = new_figure(9, 2.6)
    axis = figure.add_axes((0, 0, 1, 1))
    axis.set_axis_off()
    columns = [[(3 * i, j - (n - 1) / 2) for j in range(n)] for i, (_, n) in enumerate(layers)]
    low = min(y for column in columns for _, y in column) - 1
    for i, ((name, _), column) in enumerate(zip(layers, columns)):
        axis.plot(*zip(*column), "o", color=SKY, mec=BLACK, ms=14, zorder=2)
        axis.text(3 * i, low, name, ha="center", va="top", fontsize=12)
        for x, y in column if i < len(steps) else []:
            for to_x, to_y in columns[i + 1]:
                axis.plot([x, to_x], [y, to_y], "-", color=BLUE, lw=0.8, zorder=1)
    for i, step in enumerate(steps):
        axis.text(3 * i + 1.5, low, step, ha="center", va="top", fontsize=11, color=BLUE)
    axis.set(xlim=(-0.8, 3 * len(steps) + 0.8), ylim=(low - 2.6, -low))
    return figure

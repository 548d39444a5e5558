"""Look up how long a matrix product took on each device, and where one begins to win."""

import math
from collections.abc import Mapping

import ipywidgets as widgets

from helpers.explorer import Explorer
from helpers.figures import BLACK, BLUE, GREEN, PINK, RED, new_figure
from helpers.lesson10.timings import Row, at, crossing, in_words, operations

LOOKS = ((BLUE, "-o"), (RED, "--s"), (GREEN, "-.^"), (PINK, ":D"))
PER_DOUBLING = 4  # sizes on the slider from one to twice as much


class DeviceExplorer(Explorer):
    """Time and operations per second against the size, for every device that was measured."""

    def __init__(self, times: Mapping[tuple[str, str], Row]) -> None:
        """Show measured `times`: seconds by size, by (device, dtype).

        The first device is the one that the others are compared with. Raises ValueError for
        more than four devices.
        """
        self.times = dict(times)
        self.devices = list(dict.fromkeys(device for device, _ in self.times))
        if len(self.devices) > len(LOOKS):
            raise ValueError(f"at most {len(LOOKS)} devices can be told apart")
        sizes = sorted({n for row in self.times.values() for n in row})
        if not sizes:
            raise ValueError("nothing was measured yet: run the cell that fills the table again")
        rates = [operations(n) / s / 1e9 for row in self.times.values() for n, s in row.items()]
        taken = [s for row in self.times.values() for s in row.values()]
        figure = new_figure(9.8, 3.1)
        clock, rate = figure.subplots(1, 2)
        figure.subplots_adjust(0.09, 0.17, 0.985, 0.88, wspace=0.22)
        for axis, values, title in (
            (clock, taken, "seconds for one product"),
            (rate, rates, "billion operations per s"),
        ):
            axis.set(xscale="log", yscale="log", xlim=(sizes[0] / 1.15, sizes[-1] * 1.15))
            axis.set(ylim=(min(values) / 2, max(values) * 2))
            axis.set(xlabel="size n of the matrices", ylabel=title)
            every = 1 if len(sizes) <= 5 else 2  # all of them would touch
            axis.set_xticks(sizes[::every], labels=sizes[::every], fontsize=11.5)
            axis.minorticks_off()
        self._lines, self._marks = [], []
        for (color, look), device in zip(LOOKS, self.devices):
            self._lines.append(
                [axis.plot([], [], look, color=color, ms=5, label=device)[0]
                 for axis in (clock, rate)]
            )  # fmt: skip
            self._marks.append(
                [axis.plot([], [], look[-1], color=color, mec=BLACK, mew=2, ms=11)[0]
                 for axis in (clock, rate)]
            )  # fmt: skip
        self._cross = [clock.axvline(1, color=look[0], ls=":", lw=2) for look in LOOKS[1:]]
        top = clock.get_ylim()[1]
        self._wins = [  # the device's own marker, on the dotted line from which on it wins
            clock.plot([1], [top / 2.5**i], look[-1], color=color, mec=BLACK, ms=9)[0]
            for i, (color, look) in enumerate(LOOKS[1:], start=1)
        ]
        self._here = [axis.axvline(1, color="0.6", lw=1, ls="-") for axis in (clock, rate)]
        figure.legend(*clock.get_legend_handles_labels(), loc="upper center", ncols=len(LOOKS),
                      frameon=False, fontsize=12)  # fmt: skip
        steps = int(PER_DOUBLING * math.log2(sizes[-1] / sizes[0]))
        options = [round(sizes[0] * 2 ** (i / PER_DOUBLING)) for i in range(steps + 1)]
        controls = {
            "size": widgets.SelectionSlider(
                options=sorted({*options, *sizes}), value=sizes[len(sizes) // 2],
                description="size n", layout=widgets.Layout(width="460px"),
            ),
            "dtype": widgets.Dropdown(
                options=list(dict.fromkeys(dtype for _, dtype in self.times)),
                description="dtype",
            ),
        }  # fmt: skip
        moving = [*self._here, *self._cross, *self._wins]
        moving += [line for pair in self._lines + self._marks for line in pair]
        super().__init__(
            figure,
            moving,
            controls,
            "Two pictures with logarithmic axes: the time of a matrix product against its "
            "size, and its operations per second, with a line for each device.",
        )

    def draw(self, size: int, dtype: str) -> str:
        """Mark `size` on every device's line, and say from where each beats the first."""
        rows = [self.times.get((device, dtype), {}) for device in self.devices]
        said = []
        for device, row, lines, marks in zip(self.devices, rows, self._lines, self._marks):
            seconds = at(row, size)
            sizes = sorted(row)
            lines[0].set_data(sizes, [row[n] for n in sizes])
            lines[1].set_data(sizes, [operations(n) / row[n] / 1e9 for n in sizes])
            here = ([], []) if seconds is None else ([size], [seconds])
            marks[0].set_data(*here)
            marks[1].set_data(here[0], [operations(size) / s / 1e9 for s in here[1]])
            took = "not measured" if seconds is None else in_words(seconds)
            said.append(f"{device}: {took}")
        for line in self._here:
            line.set_xdata([size, size])
        ends = [crossing(rows[0], row) for row in rows[1:]]
        unused = [None] * len(self._cross)
        for line, mark, end in zip(self._cross, self._wins, ends + unused):
            for part in (line, mark):
                part.set_visible(end is not None)
            line.set_xdata([end or 1, end or 1])
            mark.set_xdata([end or 1])
        wins = [
            f"{device} is clearly faster from n ≈ {end:.0f} on."
            if end
            else f"{device} is not clearly faster at the largest size."
            if set(rows[0]) & set(row)
            else f"{device} was not measured at the same sizes."
            for device, row, end in zip(self.devices[1:], rows[1:], ends)
        ]
        head = f"{dtype}, {size} × {size}: " + "; ".join(said) + "."
        return " ".join([head, *([f"Against {self.devices[0]}:"] if wins else []), *wins])

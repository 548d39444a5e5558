"""The exercises of lesson 07."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.exercise import Answer, Raised, a_number, exercise
from helpers.figures import BLACK, RED, new_figure, png
from helpers.lesson07.waves import wave
from helpers.verdict import NotYet

KEPT = (
    "Called a second time with the same arguments, your function returns something else: it keeps "
    "something from one call to the next. Make everything that changes inside the function."
)


def _windows(answer: Answer) -> dict:
    even, again = answer(torch.arange(12.0), 4), answer(torch.arange(12.0), 4)
    left_over = answer(torch.arange(14.0) / 2 + 3, 4)
    return {
        "": even,
        "again": again,
        "left over": "an error" if isinstance(left_over, Raised) else left_over,
        "other size": answer(torch.linspace(5, -5, 23), 5),
    }


def _which_axis(theirs: object, ours: Tensor) -> str:
    if isinstance(theirs, Tensor) and theirs.shape == ours.shape:
        return "The shape is right, but some samples are missing, or not in their places."
    return "The axes are: the windows, the samples in each of them, and one number per sample."


@exercise(
    "With `batch_first=True`, a recurrent layer reads (batch, time, feature). If two of the axes "
    "are swapped, there is often no error, and the network reads the wrong series.",
    ask=_windows,
    mistakes=[
        ("The feature axis is missing. `unsqueeze(-1)` adds it.", "count, size, 1", "count, size"),
        ("You made `size` windows. There should be `count` of them, with `size` samples in each.",
         "count, size, 1", "size, count, 1"),
        ("Time and batch are swapped: the first axis counts the windows, the second one counts "
         "the samples in a window.",
         "(count, size, 1)", "(count, size, 1).transpose(0, 1)"),
        ("The feature axis should be the last one, because each sample is one number.",
         "count, size, 1", "count, 1, size"),
        ("The feature axis should be the last one, because each sample is one number.",
         "count, size, 1", "1, count, size"),
        ("The windows overlap by one: the last sample of a window is also the first of the next. "
         "The network would read it twice, and the carried state would be one step ahead.",
         "[: count * size].view(count, size, 1)", ".unfold(0, size, size - 1)[..., None]"),
        ("These windows slide by one sample. Each window should begin where the last one ends.",
         "[: count * size].view(count, size, 1)", ".unfold(0, size, 1)[..., None]"),
        ("This is one window that is as long as the series.",
         "[: count * size].view(count, size, 1)", ".view(1, -1, 1)"),
        ("The shape is right, but each window must hold samples that follow each other.",
         "view(count, size, 1)", "view(size, count).T[..., None]"),
        ("The windows come in the wrong order: the first one should hold the first samples.",
         "(count, size, 1)", "(count, size, 1).flip(0)"),
        ("The samples in each window run backwards. They should keep their order.",
         "(count, size, 1)", "(count, size, 1).flip(1)"),
        ("One window is missing: `len(series) // size` windows fit.", "// size", "// size - 1"),
        ("For 12 samples nothing is left over, so your slice ends at −0, which is 0: it is empty. "
         "Keep the first `count * size` samples instead.",
         "[: count * size].view(count,", "[: -(len(series) % size)].view(-1,"),
        ("For 12 samples nothing is left over, so your slice ends at −0, which is 0: it is empty. "
         "Keep the first `count * size` samples instead.",
         "[: count * size]", "[: -(len(series) % size)]"),
        ("You kept `len(series) // size` samples, which is the number of *windows*. Keep that "
         "many times `size` samples.",
         "[: count * size]", "[:count]"),
        ("Your windows hold 10 samples. Use `size` in place of a fixed number.",
         "    count", "    size = 10\n    count"),
        ("It works for 12 samples and stops with an error for 14, which don't fill windows of 4: "
         "drop the two left over before you cut.",
         "[: count * size].view(count,", ".view(-1,"),
        ("If 14 samples are cut into windows of 4, the *last* two should be dropped, and not the "
         "first two.",
         "[: count * size]", "[len(series) % size :]"),
        ("Two of 14 samples don't fill a window of 4: drop them. You filled the window up.",
         "    count = len(series) // size\n",
         "    count = -(-len(series) // size)\n    series = F.pad(series, (0, size))\n"),
    ],
    otherwise={
        "": _which_axis,
        "again": KEPT,
        "left over": "Two of 14 samples don't fill a window of 4: drop them, and nothing else. "
                     "Use the series that is passed, and keep nothing from one call to the next.",
        "other size": "It works for windows of 4 samples, but not for 23 samples in windows of 5. "
                      "Use `size` and `len(series)` in place of fixed numbers.",
    },
)  # fmt: skip
def cut(series, size):
    count = len(series) // size
    return series[: count * size].view(count, size, 1)


class SmallNet(nn.Module):
    """A small recurrent network whose memory is long enough to tell wrong answers apart."""

    def __init__(self, units: int = 6) -> None:
        """Give it some hidden units, and the same weights each time."""
        super().__init__()
        self.recorded = False  # whether a call has recorded its graph
        torch.manual_seed(3)
        self.rnn, self.out = nn.RNN(1, units, batch_first=True), nn.Linear(units, 1)
        with torch.no_grad():
            self.rnn.weight_ih_l0.mul_(1.5)
            self.rnn.weight_hh_l0.mul_(2)
            self.out.weight.mul_(3)

    def forward(self, x: Tensor, h_state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the prediction at each step of x (batch, time, 1), and the new state."""
        r_out, h_state = self.rnn(x, h_state)
        prediction = self.out(r_out)
        self.recorded = self.recorded or prediction.requires_grad
        return prediction, h_state


def _trained(answer: Answer, units: int, length: int) -> dict:
    """Train a network on three windows, and return what can be seen of it."""
    net, state, losses = SmallNet(units), torch.full((1, 1, units), 0.5), []
    optimizer, steps, found = torch.optim.SGD(net.parameters(), lr=0.05), [], {}
    optimizer.register_step_post_hook(lambda *_: steps.append(1))
    before = nn.utils.parameters_to_vector(net.parameters()).detach()
    for x, y in zip(*(part.view(3, 1, length, 1) for part in wave(3 * length))):
        given = answer(net, optimizer, x, y, state.detach(), may_change=[net])
        if isinstance(given, Raised):
            return found | {"weights" if found else "": given}
        if not isinstance(given, tuple | list) or len(given) != 2:
            raise NotYet("Return two things: `return loss.item(), h_state.detach()`.")
        loss, state = given
        if (
            isinstance(loss, Tensor)
            and loss.shape == (1, 1, units)
            and a_number(state) is not None
        ):
            raise NotYet("Swap the two results: first the loss as a number, and then the state.")
        if a_number(loss) is None:
            raise NotYet(f"The first result should be one number. Yours is a "
                         f"{type(loss).__name__}.")  # fmt: skip
        if not isinstance(state, Tensor):
            raise NotYet("The second result should be the state that the network returned.")
        weights = nn.utils.parameters_to_vector(net.parameters()).detach()
        losses.append(float(a_number(loss)))
        moved = "yes" if not torch.equal(weights, before) else "no, in spite of a step"
        found = found or {
            "": "two results", "state": state.detach(), "graph": state.requires_grad,
            "moved": moved if steps or moved == "yes" else "no", "steps": len(steps),
        }  # fmt: skip
    number = not (isinstance(loss, Tensor) and loss.requires_grad)
    return found | {"weights": weights, "number": number, "losses": losses}


def _three_windows(answer: Answer) -> dict:
    return _trained(answer, 6, 5) | {"other sizes": _trained(answer, 4, 7)}


def _which_loss(theirs: float, ours: float) -> str:
    return (
        f"In one of the windows the loss should be {ours:.3f}, and yours is {theirs:.3f}. Return "
        "the loss on which you called `backward()`."
    )


@exercise(
    "You carry the numbers of the state into the next window and leave its graph behind, so no "
    "`retain_graph` is needed. A network can be trained in this way on a series that is far too "
    "long for one graph.",
    ask=_three_windows,
    mistakes=[
        ("Nothing that the loss was computed from can learn: the *prediction* was detached, or "
         "made without gradients. Detach the state alone.",
         "(prediction, y)", "(prediction.detach(), y)"),
        ("The network returns two things, a prediction and a state: take the pair apart with "
         "`prediction, h_state = net(x, h_state)`.",
         "prediction, h_state =", "prediction ="),
        ("You return the state that came in. The network returns a new one: return that.",
         "prediction, h_state =", "prediction, new ="),
        ("The state is not carried: the network began this window with zeros. Pass the state: "
         "`net(x, h_state)`.",
         "net(x, h_state)", "net(x)"),
        ("The second result should be the state that the network returned, and not the "
         "prediction.",
         "h_state.detach()", "prediction.detach()"),
        ("The state you return is not detached: it still belongs to this window's graph. Return "
         "it detached, so that any caller can use it.",
         ".detach()", ""),
        ("No weight has moved, although the optimizer made a step. It had no gradients: "
         "`backward()` is missing, or `zero_grad()` comes between `backward()` and `step()`.",
         "    loss.backward()\n", ""),
        ("No weight has moved: `optimizer.step()` is missing.", "    optimizer.step()\n", ""),
        ("The weights have moved, but not by the `optimizer` that was passed. Call its `step()`. "
         "A new optimizer in each window would lose the averages that Adam, for one, keeps.",
         "    loss =", "    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)\n    loss ="),
        ("The optimizer makes two steps in one window. One is enough.",
         "    optimizer.step()\n", "    optimizer.step()\n    optimizer.step()\n"),
        ("Your loss broadcasts: every prediction is compared with every target. Both have the "
         "shape (1, time, 1), so pass them to `F.mse_loss` without `squeeze` or `flatten`.",
         "(prediction, y)", "(prediction, y.flatten())"),
        ("Your loss is the *sum* of the squared errors. It should be their *mean*.",
         "(prediction, y)", "(prediction, y, reduction='sum')"),
        ("Your loss is the mean *absolute* error. The mean squared error is `F.mse_loss`.",
         "mse_loss", "l1_loss"),
        ("Your loss looks at the last sample of the window alone. Compare all of them.",
         "(prediction, y)", "(prediction[:, -1:], y[:, -1:])"),
        ("The gradients of earlier windows are added to the new ones: call "
         "`optimizer.zero_grad()` before `backward()`.",
         "    optimizer.zero_grad()\n", ""),
        ("The loss is still a tensor and keeps its graph alive: `.item()` makes it a number.",
         "loss.item()", "loss"),
    ],
    otherwise={
        "state": "The state to return is the one that came with the prediction, detached.",
        "weights": "The weights are not where they should be after three windows. One step is: "
                   "predict, mean squared error, zero_grad, backward, step, each of them once.",
        "losses": _which_loss,
        "other sizes": "It works for a network with 6 units and windows of 5 samples, but not "
                       "for 4 units and 7 samples. Is a number written in, or is something kept "
                       "from one call to the next?",
    },
)  # fmt: skip
def train_step(net, optimizer, x, y, h_state):
    prediction, h_state = net(x, h_state)
    loss = F.mse_loss(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), h_state.detach()


def _generated(answer: Answer) -> dict:
    seen = torch.stack([wave(15, phase=phase)[0] for phase in (0, 1)])[..., None]
    other = torch.stack([wave(9, frequency=1.3, phase=phase)[0] for phase in (2, 1, 0)])[..., None]
    net = SmallNet()
    return {
        "": answer(net, seen, 12),
        "graph": net.recorded,
        "again": answer(SmallNet(), seen, 12),
        "one": answer(SmallNet(), seen, 1),
        "other sizes": answer(SmallNet(4), other, 17),
    }


def _where(theirs: object, ours: Tensor) -> str:
    if not isinstance(theirs, Tensor) or theirs.shape == ours.shape:
        return "The values differ from the right ones. Compare the curves: where do they part?"
    if theirs.numel() == ours.numel():
        return "The axes are: the series, the new values of each, and one number per value."
    return f"Return the {ours.shape[1]} new values of each series, and nothing else."


def _curves(theirs: object, ours: Tensor) -> bytes | None:
    if not isinstance(theirs, Tensor) or theirs.shape != ours.shape:
        return None
    figure = new_figure(6, 1.9, layout="constrained")
    axis = figure.add_subplot(xlabel="step")
    # the first of the series
    axis.plot(ours[0, :, 0], "-", color=BLACK, lw=4, alpha=0.3, label="target")
    axis.plot(theirs[0, :, 0].detach(), "--o", color=RED, ms=4, label="yours")
    axis.legend()
    return png(figure)


READ_AGAIN = (
    "The samples are read again at each step, although the state already holds them. After "
    "`net(seen)`, pass the new value alone."
)


@exercise(
    "Text and speech can be generated with the same loop, by larger networks. Small errors come "
    "back as input, so a good single step is not yet a good forecast.",
    ask=_generated,
    mistakes=[
        ("The same true sample goes in at every step, so the loop is open. Pass the network its "
         "own last prediction.",
         "net(value, h_state)", "net(seen[:, -1:], h_state)"),
        ("The state is lost: each step begins with zeros. Pass the `h_state` that came with the "
         "last prediction.",
         "net(value, h_state)", "net(value)"),
        ("The state never moves on: each step begins with the one from after `seen`. Keep the new "
         "one: `prediction, h_state = net(value, h_state)`.",
         "prediction, h_state = net(value", "prediction, _ = net(value"),
        ("A window of the last samples is read from zeros at each step, so everything before it "
         "is forgotten. Carry the state, and pass the new value alone.",
         "net(value, h_state)", "net(seen := torch.cat([seen[:, 1:], value], 1))"),
        (READ_AGAIN,
         "net(value, h_state)", "net(seen := torch.cat([seen[:, 1:], value], 1), h_state)"),
        (READ_AGAIN, "net(value, h_state)", "net(seen := torch.cat([seen, value], 1), h_state)"),
        ("Your first value is the prediction after the *first* sample of `seen`. Take the last "
         "one: `prediction[:, -1:]`.",
         "(seen, None)\n", "(seen, None)\n        prediction = prediction[:, :1]\n"),
        ("The whole prediction goes back in, with all its steps. Pass the last one alone: "
         "`prediction[:, -1:]`.",
         "net(value, h_state)", "net(prediction, h_state)"),
        ("These are the network's predictions for `seen` itself, and none was fed back. Take the "
         "last one, and go on from there in a loop.",
         "    values = []\n", "    return net(seen)[0][:, -n:]\n"),
        ("The network has seen only the last sample. Let it read all of `seen` first, so that "
         "its state knows where on the wave it is.",
         "net(seen, None)", "net(seen[:, -1:], None)"),
        ("The last sample of `seen` goes in twice. After `net(seen)` you already have the next "
         "value: `prediction[:, -1:]`.",
         "(seen, None)\n",
         "(seen, None)\n        prediction, h_state = net(seen[:, -1:], h_state)\n"),
        ("One value is missing: the first one is the prediction after the last sample of `seen`.",
         "(seen, None)\n",
         "(seen, None)\n        prediction, h_state = net(prediction[:, -1:], h_state)\n"),
        ("Your first value is the last of `seen`, which was given. Begin with the network's own "
         "prediction.",
         "net(seen, None)", "seen[:, -1:], net(seen[:, :-1], None)[1]"),
        ("Return the new values alone, without those of `seen`.",
         "values = []", "values = [seen]"),
        ("The values are right, but a call of the network has recorded its graph: put all of the "
         "calls, also the one for `seen`, inside `with torch.no_grad():`.",
         "no_grad", "enable_grad"),
        ("`.item()` works for a single number, and here each step has one value for each series. "
         "Append the tensor as it is.",
         "append(value)", "append(value.item())"),
        ("`prediction[:, -1]` has lost the time axis, which the network needs. Keep all three "
         "axes: `prediction[:, -1:]`.",
         "[:, -1:]", "[:, -1]"),
        ("The values are joined along the batch axis. `torch.cat(values, dim=1)` joins them along "
         "the time axis.",
         ", dim=1", ""),
        ("The feature axis is missing. Keep it, so that the result has the shape of a series that "
         "a network can read.",
         "dim=1)", "dim=1).squeeze(-1)"),
    ],
    otherwise={
        "": _where,
        "again": KEPT,
        "one": "It works for 12 values, but not for a single one.",
        "other sizes": "It works for 12 values after 15 samples, but not for 17 values after 9 "
                       "samples with another network. Use `n` and `seen` in place of fixed "
                       "numbers.",
    },
    picture=_curves,
)  # fmt: skip
def generate_values(net, seen, n):
    values = []
    with torch.no_grad():
        prediction, h_state = net(seen, None)
        for _ in range(n):
            value = prediction[:, -1:]
            values.append(value)
            prediction, h_state = net(value, h_state)
    return torch.cat(values, dim=1)

"""Check of lesson 07's training step, and the small net that its checks ask."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.checks.answers import a_number
from helpers.checks.verdict import NotYet, attempt, check
from helpers.lesson07.waves import wave


class SmallNet(nn.Module):
    """A small recurrent net, always the same."""

    def __init__(self) -> None:
        """Make six hidden units whose memory is long enough to tell wrong answers apart."""
        super().__init__()
        torch.manual_seed(3)
        self.rnn, self.out = nn.RNN(1, 6, batch_first=True), nn.Linear(6, 1)
        with torch.no_grad():
            self.rnn.weight_ih_l0.mul_(1.5)
            self.rnn.weight_hh_l0.mul_(2)
            self.out.weight.mul_(3)

    def forward(self, x: Tensor, h_state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the answer to x (batch, time, 1) at every step, and the new state."""
        r_out, h_state = self.rnn(x, h_state)
        return self.out(r_out), h_state


def _broadcast(prediction: Tensor, y: Tensor) -> Tensor:
    return (prediction.flatten() - y.flatten()[:, None]).square().mean()


def _train_step(
    net, optimizer, x, y, h_state, zero: bool = True, loss_of: Callable = F.mse_loss
) -> tuple[float, Tensor]:
    prediction, h_state = net(x, h_state)
    loss = loss_of(prediction, y)
    if zero:
        optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), h_state.detach()


# options of `_train_step` that make a known mistake, and what to say of it
MISTAKES = (
    ({"zero": False}, "Old gradients pile up: `optimizer.zero_grad()` before `backward()`."),
    (
        {"loss_of": _broadcast},
        "Your loss broadcasts: every prediction is compared with every target. Both have shape "
        "(1, time, 1), so hand them to `F.mse_loss` without `squeeze` or `flatten`.",
    ),
    (
        {"loss_of": lambda p, y: F.mse_loss(p, y, reduction="sum")},
        "Your loss is the *sum* of the squared errors. The *mean* was asked for.",
    ),
    (
        {"loss_of": F.l1_loss},
        "Your loss is the mean *absolute* error. The mean squared error is `F.mse_loss`.",
    ),
)


@check(
    "Carry and detach: the numbers go on into the next window, the graph stays behind, and no "
    "`retain_graph` is needed. So a memory is trained on a series too long for one graph.",
    "Replace the three dots in `train_step` and run the cell again.",
)
def train_step(answer: Callable) -> None:
    """Examine `train_step(net, optimizer, x, y, h_state)`, which gives (loss, new state)."""
    series, target = (part.view(3, 1, 5, 1) for part in wave(15))
    old = torch.full((1, 1, 6), 0.5)
    net, optimizer = _fresh()
    try:
        answer(net, optimizer, series[0], target[0], old.clone())
    except RuntimeError as error:
        if "does not require grad" in str(error):
            raise NotYet(
                "The loss hangs on nothing that can learn: the *prediction* was detached (or "
                "made without gradients). Detach the state alone."
            ) from None
    except Exception:
        pass  # told by `attempt`, which comes next
    net, optimizer = _fresh()
    before = [parameter.detach().clone() for parameter in net.parameters()]
    steps: list[int] = []
    optimizer.register_step_post_hook(lambda *_: steps.append(1))
    given = attempt(answer, net, optimizer, series[0], target[0], old.clone())
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise NotYet("Return two things: `return loss.item(), h_state`.")
    loss, state = given
    if not isinstance(state, Tensor) or state.shape != old.shape:
        raise NotYet("The second thing to return is the state that the net gave: (1, 1, 6) here.")
    _judge_state(state.float(), old, series[0])
    if all(torch.equal(a, b) for a, b in zip(before, net.parameters())):
        missing = "step()" if net.out.weight.grad is not None else "backward()"
        raise NotYet(f"No weight has moved: `{missing}` is missing, or comes too early.")
    if not steps:
        raise NotYet(
            "The weights have moved, but not by the `optimizer` that you were given. Use that "
            "one: a new one at each window forgets what it has averaged."
        )
    _judge_steps(answer, series, target, old)
    if isinstance(loss, Tensor):
        raise NotYet(
            "The loss is still a tensor and keeps its graph alive: `.item()` makes it a number."
        )
    expected = _train_step(*_fresh(), series[0], target[0], old)[0]
    loss = a_number(loss)
    if not abs(loss - expected) <= 1e-4:  # NaN, too
        raise NotYet(f"The loss should be {expected:.3f} here, and yours is {loss:.3f}.")


def _fresh() -> tuple[SmallNet, torch.optim.Optimizer]:
    net = SmallNet()
    return net, torch.optim.SGD(net.parameters(), lr=0.05)


def _judge_state(state: Tensor, old: Tensor, x: Tensor) -> None:
    with torch.no_grad():
        carried, fresh = SmallNet()(x, old)[1], SmallNet()(x, None)[1]
    if torch.equal(state, old):
        raise NotYet("You return the state that came in. The net gives a new one: return that.")
    if torch.allclose(state, fresh, atol=1e-5):
        raise NotYet(
            "The state is not carried: the net began this window with zeros. Hand it over: "
            "`net(x, h_state)`."
        )
    if state.requires_grad:
        raise NotYet(
            "The state you return is not detached: it still hangs on this window's graph. "
            "Return it detached, so that any caller can use it."
        )
    if not torch.allclose(state, carried, atol=1e-5):
        raise NotYet("The state to return is the one that came with the prediction, detached.")


def _judge_steps(answer: Callable, series: Tensor, target: Tensor, old: Tensor) -> None:
    """Compare the weights after three windows with ours."""

    def weights(step: Callable) -> Tensor:
        (net, optimizer), state = _fresh(), old.clone()
        for x, y in zip(series, target):
            _, state = attempt(step, net, optimizer, x, y, state)
        return torch.cat([p.detach().flatten() for p in net.parameters()])

    theirs = weights(answer)
    for options, said in MISTAKES:
        if torch.allclose(theirs, weights(partial(_train_step, **options)), atol=1e-5):
            raise NotYet(said)
    if not torch.allclose(theirs, weights(_train_step), atol=1e-5):
        raise NotYet(
            "After three windows the weights are not where they should be. One step is: "
            "predict, mean squared error, zero_grad, backward, step, each of them once."
        )

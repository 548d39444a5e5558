"""What a test in a browser knows about controls: which keys move one, and how digits are drawn."""

import math

import pytest

STEPS = 3  # that a slider is moved, and then back again
# all that the keyboard can reach, but for the numbers beside sliders, which say the same
CONTROLS = "input, select, textarea, button, [tabindex='0']:not([contenteditable])"
# What kind of control this is, what it is called, and where it stands.
FACTS = """control => ({
    kind: control.getAttribute('role') ?? control.getAttribute('type') ?? control.localName,
    name: control.ariaLabel || control.labels?.[0]?.textContent || control.outerHTML,
    slider: ['min', 'now', 'max'].map(name => Number(control.getAttribute(`aria-value${name}`))),
    menu: [control.length, control.selectedIndex],
})"""
# An answer lasts from the key until the new picture is on the screen.
WATCH = """explorer => {
    window.answers = [];
    let asked = null;
    explorer.addEventListener('keydown', () => { asked ??= performance.now(); }, true);
    explorer.querySelector('img').addEventListener('load', () => requestAnimationFrame(() => {
        if (asked !== null) window.answers.push(performance.now() - asked);
        asked = null;
    }));
}"""
# lines to draw, as shares of a pad's side
STROKES = {
    0: [(0.5 + 0.24 * math.sin(t / 4), 0.5 - 0.33 * math.cos(t / 4)) for t in range(26)],
    1: [(0.5, 0.15), (0.5, 0.85)],
    7: [(0.25, 0.2), (0.75, 0.2), (0.42, 0.85)],
}
ONE_BY_KEYS = ["ArrowUp"] * 9 + ["Space"] + ["ArrowDown"] * 18 + ["Space"]


def keys(facts: dict) -> list[str]:
    """Return keys that move a control to other values, and then back to where it was."""
    kind = facts["kind"]
    if kind == "slider":
        low, now, high = facts["slider"]
        right, left = ["ArrowRight"] * STEPS, ["ArrowLeft"] * STEPS
        return right + left if high - now >= now - low else left + right
    if kind == "select":
        count, now = facts["menu"]
        up, down = "ArrowUp", "ArrowDown"
        return [down] * (count - 1 - now) + [up] * (count - 1) + [down] * now
    if kind == "checkbox":
        return ["Space", "Space"]
    if kind == "application":  # a pad to draw on: the last stroke stays, so that Clear clears it
        return ["Space", "ArrowDown", "ArrowDown", "Delete", "Space", "ArrowDown"]
    if kind == "button":
        return ["Enter"]
    pytest.fail(f"No key is known that moves {facts['name']}.")

"""Each lesson as a deck: a browser goes through every slide, without a network."""

import re

import pytest
from playwright.sync_api import expect

from tests.lab import SCREEN
from tools import slides, teaching
from tools.lessons import LESSONS, read

pytestmark = pytest.mark.slow

# What of the slide that is shown is outside of the screen, or of a box that cuts it off. Results
# that are still to appear have their place already.
CUT_OFF = """([width, height]) => {
    const slide = Reveal.getCurrentSlide();
    const parts = [slide, ...slide.querySelectorAll('*')].filter(part =>
        part.getClientRects().length && !part.closest('aside, mjx-assistive-mml'));
    return parts.filter(part => {
        const box = part.getBoundingClientRect();
        const outside = box.left < 0 || box.top < 0 || box.right > width + 0.5
            || box.bottom > height + 0.5;
        const hidden = getComputedStyle(part).overflowX !== 'visible'
            && part.scrollWidth > part.clientWidth + 1;
        return outside || hidden;
    }).map(part => part.outerHTML.slice(0, 200));
}"""
NEXT = "() => { while (Reveal.availableFragments().next) Reveal.nextFragment(); Reveal.next(); }"


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.stem)
def lesson(request):
    return request.param


@pytest.fixture(scope="module")
def deck(lesson, browser, tmp_path_factory):
    """A lesson's deck, alone in a folder and opened as a file, and the addresses it asks for."""
    path = tmp_path_factory.mktemp("deck") / "deck.html"
    try:
        path.write_bytes(slides.export(lesson).read_bytes())
    except SystemExit as reason:  # the packages that the slides need can't be downloaded
        pytest.skip(str(reason))
    page, asked, complaints = browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(path.as_uri())
    page.wait_for_function("window.Reveal?.isReady()")
    yield page, asked, complaints
    page.close()


def test_every_slide_fits_and_nothing_is_asked_of_another_machine(deck, lesson):
    page, asked, complaints = deck
    seen = []
    while True:
        cells = page.evaluate("""() => [...Reveal.getCurrentSlide()
            .querySelectorAll('.jp-Cell')].filter(cell => !cell.closest('aside'))
            .map(cell => cell.id.replace('cell-id=', ''))""")
        assert not page.evaluate(CUT_OFF, list(SCREEN.values())), cells
        assert page.evaluate("Reveal.getCurrentSlide().innerText").strip(), cells
        assert float(page.evaluate("Reveal.getCurrentSlide().style.zoom || 1")) >= 0.8, cells
        seen += cells
        if page.evaluate("Reveal.isLastSlide()"):
            break
        page.evaluate(NEXT)
    assert seen == [cell.id for cell in read(lesson).cells]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1, asked
    assert complaints == []


def test_formulas_are_drawn(deck, lesson):
    page, _, _ = deck
    prose = [cell.source for cell in read(lesson).cells if cell.cell_type == "markdown"]
    text = re.sub(r"```.*?```|`[^`\n]*`", "", "\n".join(prose), flags=re.DOTALL)
    wanted = len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", text, re.DOTALL))
    drawn = "section mjx-container[jax=SVG] > svg:has(path)"
    assert (
        page.evaluate(
            "css => [...document.querySelectorAll(css)].filter(e => !e.closest('aside')).length",
            drawn,
        )
        == wanted
    )
    assert page.locator("[data-mml-node=merror]").count() == 0


def show(page, selector):
    """Go to the first slide in which a part is, with its results still to appear."""
    page.evaluate(
        """selector => {
            const slide = document.querySelector(selector).closest('section');
            const {h, v} = Reveal.getIndices(slide);
            Reveal.slide(h, v, -1);
        }""",
        selector,
    )


def test_a_result_appears_at_the_next_key(deck):
    page, _, _ = deck
    show(page, ".jp-CodeCell .jp-OutputArea")
    result = page.locator("section.present:not(.stack) .jp-OutputArea").first
    before = page.evaluate("Reveal.getSlidePastCount()")
    expect(result).to_be_hidden()
    page.keyboard.press("Space")
    expect(result).to_be_visible()
    assert page.evaluate("Reveal.getSlidePastCount()") == before


def test_the_speakers_window_shows_what_the_teaching_page_says(deck, lesson):
    page, _, _ = deck
    notes = teaching.notes(teaching.page_of(lesson).read_text(encoding="utf-8"))
    name, (said, *_) = next(iter(notes.items()))
    show(page, f"[id='cell-id={name}']")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    value = opened.value.locator(".speaker-controls-notes .value")
    expect(value).to_contain_text(re.compile(r"\w"))
    question = re.search(r"\*\*(.+?)\*\*", said)[1]
    words = " ".join(re.findall(r"\w+", question)[:4])
    assert words in " ".join(re.findall(r"\w+", value.inner_text()))
    opened.value.close()

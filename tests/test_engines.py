"""The explorers in Firefox, and in WebKit, which is Safari's engine: Selenium drives both.

What Chromium shows is tested by `test_browser.py`.
"""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from helpers.data import mnist
from tests.controls import CONTROLS, FACTS, ONE_BY_KEYS, STROKES, WATCH, keys
from tests.lab import MINUTE, SCREEN, OpenLesson
from tools.lessons import LESSONS, tags

pytestmark = pytest.mark.slow
SECONDS = MINUTE // 1000
KEYS = {
    "ArrowLeft": Keys.ARROW_LEFT, "ArrowRight": Keys.ARROW_RIGHT, "ArrowUp": Keys.ARROW_UP,
    "ArrowDown": Keys.ARROW_DOWN, "Space": " ", "Enter": Keys.ENTER, "Delete": Keys.DELETE,
}  # fmt: skip


@contextlib.contextmanager
def firefox() -> Iterator[WebDriver]:
    """Firefox without a window. Selenium itself fetches the driver if there is none."""
    options = webdriver.FirefoxOptions()
    options.add_argument("-headless")
    options.binary_location = shutil.which("firefox") or shutil.which("firefox-esr")
    if not options.binary_location:
        pytest.skip("Firefox is not installed.")
    try:
        driver = webdriver.Firefox(options)
    except WebDriverException as error:
        pytest.skip(f"Firefox can't be driven: {error.msg}")
    yield driver
    driver.quit()


@contextlib.contextmanager
def webkit() -> Iterator[WebDriver]:
    """WebKitGTK's small browser, on a screen that exists only in memory."""
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)
    program = shutil.which("WebKitWebDriver")
    if not (browser and program and shutil.which("Xvfb")):
        pytest.skip("WebKitGTK's WebDriver or Xvfb is not installed (webkit2gtk-driver, xvfb).")
    options = webdriver.WebKitGTKOptions()
    options.binary_location = str(browser)
    options.add_argument("--automation")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24"]
    screen = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with open(read) as number:
        environment = os.environ | {"DISPLAY": f":{number.readline().strip()}"}
    service = webdriver.WebKitGTKService(program, env=environment)
    driver = webdriver.WebKitGTK(options, service)
    yield driver
    driver.quit()
    screen.terminate()
    screen.wait()


class Page:
    """What `OpenLesson` asks of a page, done by Selenium."""

    def __init__(self, driver: WebDriver) -> None:
        """Make the window as large as the screen of the other tests."""
        self.driver = driver
        driver.set_window_size(**SCREEN)
        driver.set_script_timeout(SECONDS)

    def goto(self, url: str) -> None:
        """Open an address."""
        self.driver.get(url)

    def evaluate(self, function: str, *arguments) -> object:
        """Call a JavaScript function in the page, and return its result."""
        return self.driver.execute_script(f"return ({function})(...arguments)", *arguments)

    def wait_for_function(self, function: str, arg: object = None, timeout: int = MINUTE) -> None:
        """Wait, `timeout` milliseconds at most, until a function returns something true."""
        wait = WebDriverWait(self.driver, timeout / 1000, poll_frequency=0.05)
        wait.until(lambda _: self.evaluate(function, arg))

    def locator(self, selector: str) -> WebElement:
        """Return the first element that a selector finds."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def press(self, key: str) -> None:
        """Press a key on what has the focus."""
        self.driver.switch_to.active_element.send_keys(KEYS[key])

    def draw(self, pad: WebElement, points: list[tuple[float, float]], kind: str) -> None:
        """Draw a line through points with a "mouse" or with a "touch"."""
        width, height = pad.size["width"], pad.size["height"]
        places = [(round((x - 0.5) * width), round((y - 0.5) * height)) for x, y in points]
        hand = ActionBuilder(self.driver, PointerInput(kind, kind), duration=50)
        hand.pointer_action.move_to(pad, *places[0]).pointer_down()
        for place in places[1:]:
            hand.pointer_action.move_to(pad, *place)
        hand.pointer_action.pointer_up()
        hand.perform()


@pytest.fixture(scope="module", params=[firefox, webkit], ids=lambda engine: engine.__name__)
def engine(request) -> Iterator[Page]:
    """A browser with another engine."""
    with request.param() as driver:
        yield Page(driver)


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.stem)
def ran(request, engine, jupyterlab) -> Iterator[OpenLesson]:
    """A lesson after all its cells were run."""
    opened = OpenLesson(engine, jupyterlab, request.param)
    opened.run_all()
    errors = opened.errors()
    expected = {c.id for c in opened.cells if "raises-exception" in tags(c)}
    assert set(errors) == expected, errors
    yield opened
    opened.end_kernels()


def find_all(ran: OpenLesson, selector: str) -> Iterator[tuple[WebElement, WebElement]]:
    """Go through the elements of all explorers that a selector finds, each with its explorer."""
    for i in ran.explorers:
        explorer = ran.cell(i).find_element(By.CSS_SELECTOR, ".explorer")
        for element in explorer.find_elements(By.CSS_SELECTOR, selector):
            yield explorer, element


def caption(explorer: WebElement) -> WebElement:
    """Return the place where an explorer says what it shows."""
    return explorer.find_element(By.CSS_SELECTOR, "[role=status]")


def press(page: Page, key: str, name: str) -> None:
    """Press a key on the control that has the focus, and wait for a new picture."""
    before = page.evaluate("() => window.answers.length")
    page.press(key)
    try:
        page.wait_for_function("n => window.answers.length > n", before)
    except TimeoutException:
        pytest.fail(f"{key} on {name} brings no new picture.")


def wait_for_caption(page: Page, explorer: WebElement, pattern: str) -> None:
    """Wait until an explorer says what is expected."""
    said = caption(explorer)
    try:
        WebDriverWait(page.driver, SECONDS).until(lambda _: re.search(pattern, said.text))
    except TimeoutException:
        pytest.fail(f"The caption does not become {pattern!r}, but is {said.text!r}.")


def test_every_control_changes_its_picture_and_its_caption(ran):
    page, watched = ran.page, None
    page.evaluate("() => { window.complaints = []; }")
    for explorer, control in find_all(ran, CONTROLS):
        if explorer != watched:
            page.evaluate(WATCH, explorer)
            watched = explorer
        facts, said = page.evaluate(FACTS, control), {caption(explorer).text}
        page.evaluate("control => control.focus()", control)
        for key in keys(facts):
            press(page, key, facts["name"])
            said.add(caption(explorer).text)
        assert len(said) > 1, f"{facts['name']} never changes the caption"
    assert page.evaluate("() => window.complaints") == []


def test_a_digit_that_is_drawn_is_read(ran):
    """WebKitGTK's driver turns a finger into a mouse, so that Firefox alone tests touching."""
    page = ran.page
    for explorer, pad in find_all(ran, "[role=application]"):
        for slider in explorer.find_elements(By.CSS_SELECTOR, "[role=slider]"):
            if page.evaluate(FACTS, slider)["name"].startswith("row"):
                slider.send_keys(Keys.END)  # the LSTM shall read all rows
        clear = explorer.find_element(By.XPATH, ".//button[.='Clear']")
        for digit, way in (1, "mouse"), (7, "touch"), (0, "mouse"), (1, "keys"):
            clear.click()
            wait_for_caption(page, explorer, "The pad is empty")
            if way == "keys":
                page.evaluate("pad => pad.focus()", pad)
                for key in ONE_BY_KEYS:
                    page.press(key)
            else:
                page.draw(pad, STROKES[digit], way)
            read = digit if mnist().full or digit == 0 else "[0-9]"
            wait_for_caption(page, explorer, f"(reads|believes in) a {read} ?,? ?with")

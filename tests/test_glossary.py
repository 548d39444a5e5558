"""The glossary and the lessons: every term has an entry, and every entry a place."""

import re

import pytest

from tools import glossary
from tools.lessons import LESSONS, read


def test_every_entry_is_read_and_in_alphabetical_order():
    names = re.findall(r"^### (.+)", glossary.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [term.name for term in glossary.terms()] == names
    assert names == sorted(names, key=str.lower)
    assert len(set(names)) == len(names)
    assert {term.lesson for term in glossary.terms()} == {lesson.name for lesson in LESSONS}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_bold_term_of_a_lesson_has_an_entry_that_links_to_it(lesson):
    introduced = dict(reversed(glossary.introduced(lesson)))
    ours = {term.name: term for term in glossary.terms() if term.lesson == lesson.name}
    named = {
        form.lower(): term.name for term in ours.values() for form in (term.name, *term.forms)
    }
    assert {bold for bold in introduced if bold.lower() not in named} == set()
    found = {named[bold.lower()] for bold in introduced}
    assert set(ours) - found == set(), "entries of this lesson that it doesn't introduce in bold"
    for bold, heading in introduced.items():
        term = ours[named[bold.lower()]]
        assert term.section == heading.replace(" ", "-"), f"{term.name}: {heading}"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_first_use_in_a_later_lesson_links_to_the_glossary(lesson):
    missing = [term.name for term, *_ in glossary.first_uses(lesson)]
    assert not missing, "run `python tools/glossary.py`"
    links = re.findall(r"\]\((glossary\.md#[^)]+)\)", str([c.source for c in read(lesson).cells]))
    assert set(links) <= {term.link for term in glossary.terms()}
    assert len(links) == len(set(links)), "a term is linked at its first use alone"

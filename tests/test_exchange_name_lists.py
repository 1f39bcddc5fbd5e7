"""Tests of the list of names as a table: what is written comes back, whatever a spreadsheet does to it."""

from __future__ import annotations

import pytest

from tagger.errors import UsageError
from tagger.exchange.name_lists import parsed, written
from tagger.pseudonyms.records import Entry

NAMES = {"T1": "general 1", "T2": "women 12"}
ENTRIES = [
    Entry("+44 131 496 0723", "phone", "[Phone 1]", transcripts=("T2",), found_in=("T2",), often=1),
    Entry("=Sarah", "person", "Delphine", "keep", "as found", found_in=("T1", "T2"), often=3, examples=("one", "two")),
    Entry("0131 496 0723", "phone", "[Phone 2]"),
    Entry("O’Neill, Zoë", "person", "[Person 1]"),
]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_people_can_decide_about_comes_back(form):
    """Formulas are words, numbers keep their zeros, and rows their numbers."""
    back = parsed(written(ENTRIES, NAMES, form), f"names.{form}", NAMES)

    def decided(one):
        return one.words, one.kind, one.pseudonym, one.do, one.where, one.transcripts

    assert list(map(decided, ENTRIES)) == list(map(decided, back))
    assert [2, 3, 4, 5] == [one.row for one in back]


def test_columns_may_stand_anywhere_and_most_may_be_missing():
    """Names of columns and what stands in cells may be written in capitals."""
    data = b"Pseudonym;Kind;Words;Do\n[Person 1];PERSON;Sarah  Jones;\n"

    assert [Entry("Sarah Jones", "person", "[Person 1]", row=2)] == parsed(data, "names.csv", NAMES)


def test_another_form_is_refused():
    """With the two that there are."""
    with pytest.raises(UsageError, match="workbook or a CSV"):
        written(ENTRIES, NAMES, "docx")

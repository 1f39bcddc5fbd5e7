"""Tests of reading YAML into nodes that know where they stand."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import FrameworkError
from tagger.marked_yaml import LIMIT, Node, decode, fields, items, one_of, read, suggestion, text_of


def test_nodes_know_line_and_path():
    """A node stands at the line of its key, and its path counts items from 1."""
    root = read("a:\n  - x\n  - b:\n      - deep\n", "f.yaml")

    second = items(fields(root, ("a",))["a"])[1]
    inner = fields(second, ("b",))["b"]

    assert (3, "a[2].b") == (inner.line, inner.path)
    assert (4, "a[2].b[1]") == (items(inner)[0].line, items(inner)[0].path)


@pytest.mark.parametrize("written", ["1.0", "yes", "2024-01-01", "0x_", "007", "2024-99-99"])
def test_scalars_stay_text(written):
    """What is written stays as written: no numbers, dates or truth values."""
    assert written == text_of(fields(read(f"a: {written}\n", "f.yaml"), ("a",))["a"])


def test_white_space_is_evened_out():
    """Line breaks and repeated blanks inside a text mean nothing."""
    root = read("a: >-\n  one\n  two\nb: 'one  two'\nc: |\n  one\n  two\n", "f.yaml")

    assert ["one two"] * 3 == [text_of(node) for node in fields(root, ("a", "b", "c")).values()]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 0, "the file is empty"),
        ("# only a comment\n\n", 0, "the file is empty"),
        ("a: 1\na: 2\n", 2, "the key 'a' is given twice, first on line 1"),
        ("a: &x 1\nb: *x\n", 1, "anchors and aliases"),
        ("a: *x\n", 1, "anchors and aliases"),
        ("a: !!python/object/apply:os.system [x]\n", 1, "tags"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("a:\n  b: 'open\n", 3, "not valid YAML"),
        ("a: one: two\n", 1, "mapping values are not allowed"),
        ("a:\n\t- x\n", 2, "cannot start any token"),
        ("ok: 1\na: x\x07\n", 2, "code 7"),
        ("[" * 5000, 1, "nested too deep"),
        ("- " * 5000 + "x", 1, "nested too deep"),
        ("? [a, b]\n: c\n", 1, "a key must be one word"),
    ],
)
def test_bad_yaml_is_refused_with_its_line(text, line, what):
    """YAML that is wrong, dangerous or surprising is refused, and the error names the line and a remedy."""
    with pytest.raises(FrameworkError) as caught:
        read(text, "f.yaml")

    assert what in caught.value.what
    assert (f"f.yaml, line {line}" if line else "f.yaml") == ",".join(caught.value.where.split(",")[:2])
    assert caught.value.remedy


@pytest.mark.parametrize("read_it", [lambda: read("x" * (LIMIT + 1), "f"), lambda: decode(b"x" * (LIMIT + 1), "f")])
def test_a_huge_file_is_refused(read_it):
    """A file beyond the limit is refused before it is parsed."""
    with pytest.raises(FrameworkError, match="larger than 1 MB"):
        read_it()


def test_decode_takes_a_byte_order_mark_and_names_the_line_of_a_bad_byte():
    """UTF-8 is read with or without its mark; other encodings give the line where reading failed."""
    assert "é" == decode("é".encode("utf-8-sig"), "f.yaml")
    with pytest.raises(FrameworkError, match=r"^f\.yaml, line 2: this is not UTF-8 text\."):
        decode("a: 1\nb: é\n".encode("latin-1"), "f.yaml")


@given(st.text(alphabet=st.sampled_from(list("ab:-#&*!'\"[]{}|>%@ \n\t\\,?~é😀\x00")), max_size=60))
def test_no_text_ends_in_a_traceback(text):
    """Any text is either read or refused with a FrameworkError."""
    with suppress(FrameworkError):
        assert isinstance(read(text, "f.yaml"), Node)


def test_wrong_shapes_are_named():
    """Asking a node for a shape it does not have says which shape it should have."""
    root = read("a: [x]\nb: {c: d}\nempty:\nnone: []\n", "f.yaml")
    entries = fields(root, ("a", "b", "empty", "none"))

    for call, what in (
        (lambda: text_of(entries["a"]), "f.yaml, line 1, a: this should be one text"),
        (lambda: items(entries["b"]), "f.yaml, line 2, b: this should be a list"),
        (lambda: text_of(entries["empty"]), "f.yaml, line 3, empty: this text is empty"),
        (lambda: items(entries["none"]), "f.yaml, line 4, none: this list is empty"),
        (lambda: fields(entries["a"], ("x",)), "line 1, a: this should be a list of 'key: text' lines"),
        (lambda: fields(entries["b"], ("x",)), "line 2, b.c: unknown key 'c'"),
        (lambda: fields(entries["b"], ("c", "x"), required=("x",)), "line 2, b: the key 'x' is missing"),
        (lambda: one_of(fields(entries["b"], ("c",))["c"], ("e",)), "b.c: 'd' is not known here"),
    ):
        with pytest.raises(FrameworkError) as caught:
            call()
        assert what in str(caught.value)


def test_suggestion_names_the_close_word_or_all():
    """A near miss is named alone; otherwise every possibility is."""
    assert "You may mean 'cues'" == suggestion("ceus", ["cues", "name"])
    assert "It can be: cues, name" == suggestion("zzz", ["cues", "name"])

"""What check says of a folder of many files."""

from __future__ import annotations

from tagger.errors import TranscriptError
from tagger.transcripts import read, report

SOUND = b"I: How was it?\nSam: Good.\n"


def said(files):
    """Say what is said of outcomes by their paths: bytes to be read, or errors."""
    described = [
        report.describe(path, one if isinstance(one, TranscriptError) else read(one, path))
        for path, one in files.items()
    ]
    return report.lines(report.gathered(described))


def test_few_files_are_told_one_by_one():
    """Twenty files have a block each; one more, and what they have in common is told."""
    few = {f"in/{number}.txt": SOUND for number in range(20)}

    assert "in/7.txt" in said(few)
    assert "in/7.txt" not in said({**few, "in/20.txt": SOUND})


def test_what_cannot_be_read_comes_first_with_all_its_files():
    """Equal reasons are told once, the most frequent first, and no file is left out."""
    locked = {f"a/{number}.docx": TranscriptError("It is locked", remedy="Unlock it") for number in range(12)}
    empty = {"a/b/x.txt": TranscriptError("It is empty", remedy="Export it again")}
    fine = {f"a/{number}.txt": SOUND for number in range(10)}

    lines = said({**empty, **fine, **locked})

    assert ["not read: 13 files", "  It is locked. Unlock it."] == lines[:2]
    named = " ".join(line.strip() for line in lines[2 : lines.index("  It is empty. Export it again.")])
    assert f"12 files: {', '.join(f'{number}.docx' for number in range(12))}" == named
    assert "    1 file: b/x.txt" in lines
    assert "10 of 23 files can be read; nothing was stored." == lines[-2]


def test_files_are_named_below_what_their_paths_share():
    """Files of one folder go by their names, and those of several by as much as tells them apart."""
    refused = TranscriptError("It is empty")
    one = [f"in/a/{number}.txt" for number in range(21)]

    assert "    21 files: 0.txt, 1.txt," in said(dict.fromkeys(one, refused))[2]
    for other in ("/elsewhere/x.txt", "in/b/x.txt", "x.txt"):
        lines = " ".join(said(dict.fromkeys([*one, other], refused)))
        assert other.removeprefix("in/") in lines
        assert "a/7.txt" in lines


def test_problems_that_differ_in_names_and_numbers_are_one():
    """Who speaks only once, and in which line, differs from file to file; the problem is the same."""
    odd = {
        f"{number}.txt": f"I: Hi?\n{'I: So?' if number % 2 else 'Sam: Yes'}\nSam: Yes\nI: And?\nSam: No\nI: So?\n"
        f"Mark {number}: I agree.\nI: Ok\nSam: Right.\n".encode()
        for number in range(25)
    }

    lines = said(odd)

    [at] = [place for place, line in enumerate(lines) if "speaks only once" in line]
    assert "  'Mark 0' speaks only once: is that a speaker?" == lines[at]
    assert lines[at + 1].startswith("    25 files: 0.txt, 1.txt, ")
    assert "and 19 more" in lines[at + 1]


def test_what_counts_as_evidence_for_want_of_an_asker_is_told():
    """Where nobody is known to ask, all words count, which a person should hear of."""
    alike = {f"{number}.txt": b"Ann: Well.\nBo: Yes.\nAnn: So it goes.\nBo: Yes it does.\n" for number in range(25)}

    assert any("nothing tells who asks" in line for line in said(alike))
    assert not any("nothing tells who asks" in line for line in said({f"{number}.txt": SOUND for number in range(25)}))


def test_files_turns_and_words_are_counted_by_format():
    """The most frequent format comes first."""
    captions = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>Well, so it goes.\n"
    files = {**{f"{number}.txt": SOUND for number in range(21)}, "a.vtt": captions}

    lines = said(files)

    assert ["text: 21 files, 42 turns, 84 words", "vtt: 1 file, 1 turn, 4 words"] == lines[-5:-3]

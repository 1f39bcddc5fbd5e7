"""A study of four short transcripts of different shapes, and ways to run and question it. All talk is invented."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tagger.steps import Summary, begin, tag
from tagger.steps.overview import make_study
from tagger.store import Store

NAMES = ("Ottoline", "Cornelius", "Philippa", "Barnaby")
"""Speakers whom nobody names aloud: no table may hold these."""

GARDEN = """\
Interviewer: How did you come to the garden in the first place?

Ottoline: My neighbour brought me along one wet Tuesday in March. I stood by the gate for a good ten minutes. Nobody \
came out to fetch me and nobody stared, they just left the gate open. When I was ready I walked in and somebody \
handed me a mug. I could have gone home at any moment and that would have been fine with everybody. It sounds like \
nothing, I know. But for me it was the first place in years where I decided what happened next. 🙂

Interviewer: And what was it like to talk there?

Ottoline: You don't have to. Some weeks I only dig. There is a rule that what is said by the shed stays by the shed, \
and people keep to it. One of the others had been on the same ward as I had, a different year. She said a thing about \
the night shift and I laughed out loud, because I had never met anyone who knew. We had both hidden our tablets in the \
same plant pot. After that I told her about the winter I lost the flat. She told me about hers.

Interviewer: Did that help?

Ottoline: It did, it did. She rang me when my brother was ill, and I rang her in June when the letters came. It goes \
both ways, that is what I like. I am not a case there. I can be loud, or dull, or swear at the beans.

Interviewer: Thank you. Is there anything you would change?

Ottoline: The toilet. Honestly, only the toilet.
"""

GROUP = """\
WEBVTT

1
00:00:01.000 --> 00:00:09.000
<v Philippa>Shall we begin? What has this week been like for each of you, and who would like to start?

2
00:00:10.000 --> 00:00:31.000
<v Cornelius>I will go. It was a bad one, to be honest. I nearly stayed at home, and then I thought about this room \
and how quiet it is, and that nobody here is going to shout. I feel safe enough in here to say that I was frightened.

3
00:00:32.000 --> 00:00:49.000
<v Barnaby>I am glad you came. The same thing happened to me in the spring, with the phone and the door. I sat on the \
stairs for an hour. When you say it I know exactly what you mean, because I have been there.

4
00:00:50.000 --> 00:01:04.000
<v Cornelius>That helps, hearing that. I thought it was only me. Could I ring you on Sunday, if it comes back?

5
00:01:05.000 --> 00:01:16.000
<v Barnaby>Of course you can. And I might ring you on Monday, because Mondays are mine. We can take turns.

6
00:01:17.000 --> 00:01:22.000
<v Philippa>Thank you both. Would somebody else like to say something?
"""

NOTES = """\
Notes from a morning at the drop-in, written up the same evening. The room was warm and smelled of toast. Nobody was \
asked to sign anything at the door, and two women who had not been before were shown where the kettle was.

At about eleven a man who had been crying in the yard came in and sat down by himself. Someone put a biscuit beside \
his elbow without a word and went back to the jigsaw. After a while he joined in and found a piece of the sky.

The boiler was mended in the afternoon. Nothing was said about it, and the rest of the day was taken up with a form.
"""

SHEET = """\
speaker,text
Interviewer,Do you remember your first meeting?
Ottoline,"Yes, because I was late, and they had kept a chair for me and not made a joke of it. They asked what I \
wanted from the morning. Nobody had asked me that in a hospital, not once."
Interviewer,What did you say?
Ottoline,"I said I wanted to sit near the window and be left alone, and that is what I got, for three weeks. Then I \
moved my own chair."
"""

FRAMEWORK = """\
id: small
version: "1.0"
title: Three values for tests
layers:
  - {id: only, name: The only layer}
values:
  - id: choice
    name: Choice
    layer: only
    definition: {source: illustrative, text: People decide for themselves what they do and say.}
    counts: {source: illustrative, texts: [nobody is pushed]}
    cues: {source: illustrative, texts: [saying in a quiet room that one is frightened because nobody \
shouts, being left alone where one wants to sit]}
    examples: {source: illustrative, texts: [It was my decision.]}
  - id: common
    name: Experiences in common
    layer: only
    definition: {source: illustrative, text: People have been through something similar.}
    cues: {source: illustrative, texts: [the same illness, being scared of the same, \
laughing out loud about the night shift]}
    examples: {source: illustrative, texts: [I have been there myself.]}
  - id: two-way
    name: Two-way support
    layer: only
    unit: exchange
    definition: {source: illustrative, text: People help each other in turn.}
    cues: {source: illustrative, texts: [giving help and being given help]}
    examples: {source: illustrative, texts: [I rang her and she rang me.]}
"""

FILES = {"garden.txt": GARDEN, "evening.vtt": GROUP, "morning-notes.txt": NOTES, "first-meeting.csv": SHEET}

_RUN_AND_TIME = {"run_id", "started_at", "ended_at", "merged_at", "made_at", "used_at", "seconds", "engine", "counts"}


def write_files(folder: Path, files: dict[str, str] = FILES) -> Path:
    """Write transcripts into *folder* and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


class SmallStudy:
    """A study with the folder of files it was read from, and a short way to do and ask things."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "study"
        self.files = home / "files"

    def run(self, *paths: Path, dataset: str = "general", **options: Any) -> Summary:
        """Run the stages in this process, on the study's files unless others are named."""
        return tag(begin(self.folder, paths or (self.files,), dataset=dataset, **options))

    def ask(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        """Return the rows of a SELECT."""
        with Store(self.folder).session("a test") as database:
            rows: list[dict[str, Any]] = database.table(sql, parameters).to_pylist()
        return rows

    def one(self, sql: str, **parameters: object) -> Any:
        """Return the only value of the only row of a SELECT."""
        [row] = self.ask(sql, **parameters)
        [value] = row.values()
        return value

    def do(self, sql: str) -> None:
        """Run a statement for its effect."""
        with Store(self.folder).session("a test") as database:
            database.run(sql)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every table."""
        with Store(self.folder).session("a test") as database:
            names = [str(name) for (name,) in database.rows("SELECT table_name FROM duckdb_tables() ORDER BY 1")]
            return {name: database.table(f"SELECT * FROM {name}").to_pylist() for name in names}

    def sizes(self) -> dict[str, int]:
        """Return the number of rows of every table."""
        return {name: len(rows) for name, rows in self.tables().items()}

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace words in one of the files, which must be there."""
        path = self.files / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def set(self, line: str) -> None:
        """Put a line such as `share = 0.5` in the place of the one in study.toml that sets the same."""
        path = self.folder / "study.toml"
        changed, count = re.subn(rf"(?m)^{line.split(' ')[0]} = .*$", lambda _: line, path.read_text("utf-8"))
        assert 1 == count
        path.write_text(changed, "utf-8")

    def transcript(self, name: str) -> str:
        """Return the id of the transcript of a file."""
        return str(self.one("SELECT id FROM transcripts WHERE source = $name OR source LIKE '%/' || $name", name=name))


def new_study(home: Path) -> SmallStudy:
    """Make an empty study with a small framework of its own, and the files beside it."""
    study = SmallStudy(home)
    write_files(study.files)
    framework = home / "small.yaml"
    framework.write_text(FRAMEWORK, "utf-8")
    make_study(study.folder, "Small", str(framework))
    framework.unlink()
    return study


def copied(study: SmallStudy, home: Path) -> SmallStudy:
    """Copy a study with its files, for a test that changes it."""
    shutil.copytree(study.home, home, dirs_exist_ok=True)
    return SmallStudy(home)


def comparable(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """
    Leave out what may differ between two runs of the same work: runs, times, and the last digits of scores.

    The trail has salts and times in all that it holds.
    """
    apart = ("runs", "run_ends", "trail")
    rows = {name: [_comparable(row) for row in found] for name, found in tables.items() if name not in apart}
    # A shard brings the row of its run along, so how many rows the first one of a run adds depends on the runs.
    rows["ledger"] = [{"key": row["key"]} for row in rows["ledger"] if row["stage"] != "end"]
    return {name: sorted(map(repr, found)) for name, found in rows.items()}


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    return {key: _rounded(value) for key, value in row.items() if key not in _RUN_AND_TIME}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    return [_rounded(part) for part in value] if isinstance(value, list) else value


def texts(tables: dict[str, list[dict[str, Any]]], without: Iterable[tuple[str, str]] = ()) -> str:
    """Write all cells of all tables out as one text, but for the columns named."""
    left_out = set(without)
    return "\n".join(
        str(value)
        for table, rows in tables.items()
        for row in rows
        for column, value in row.items()
        if (table, column) not in left_out
    )

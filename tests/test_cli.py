"""Tests of the command line: what each command says, how it ends, and what it leaves."""

from __future__ import annotations

import csv
import json
import logging
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from small_study import comparable

from tagger import cli
from tagger.cli.progress import shown

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"torch", "spacy", "prefect", "pandas", "numpy", "duckdb", "sentence_transformers", "pyarrow", "rich"}
STOPPED = "Stopped. What was finished is stored; run the same command again to go on."


def commands(group=cli.tagger, before=()):
    """Return every command with its words, groups included."""
    for name, command in sorted(group.commands.items()):
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))


COMMANDS = dict(commands())


def one_line(said):
    """Check that a command failed politely, and return what it said."""
    assert (1, "") == (said.code, said.out)
    [line] = said.err.splitlines()
    assert line.startswith("tagger: ")
    return line


def ran(arguments, **options):
    """Run `tagger` in a process of its own."""
    command = [sys.executable, "-m", "tagger", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


# The command line as a whole -----------------------------------------------------------------------------------------


def test_help_loads_nothing_heavy():
    """The help of tagger and of every command is there before a language model could be."""
    calls = [["--help"], *([*words, "--help"] for words in COMMANDS)]
    code = (
        "import sys\nfrom tagger.cli import main\n"
        f"for words in {calls!r}:\n"
        "    sys.argv = ['tagger', *words]\n"
        "    try:\n        main()\n    except SystemExit as stopped:\n        assert not stopped.code, words\n"
        f"print(sorted({HEAVY!r} & sys.modules.keys()), file=sys.stderr)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stderr.strip()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does(words, tagger):
    """Each command and each of its options has a help text, and stands in the help of what holds it."""
    said = tagger(*words, "--help")

    assert 0 == said.code
    assert COMMANDS[words].help
    options = [option for option in COMMANDS[words].params if isinstance(option, click.Option)]
    assert [] == [option.name for option in options if not option.help]
    assert re.search(rf"^  {words[-1]} ", tagger(*words[:-1], "--help").out, re.MULTILINE)


def test_every_command_is_in_the_readme():
    """A stranger finds each command by reading the README."""
    readme = (ROOT / "README.md").read_text("utf-8")

    assert [] == [words[0] for words in COMMANDS if len(words) == 1 and f"tagger {words[0]}" not in readme]


def test_the_version_is_told(tagger):
    """--version names program and version."""
    assert f"tagger, version {cli.__version__}\n" == tagger("--version").out


def test_tagger_alone_says_what_comes_next(tagger, study, fresh, tmp_path, monkeypatch):
    """Without a study how to start one, with an empty one how to fill it, with a tagged one how to read it."""
    monkeypatch.chdir(tmp_path)
    assert "tagger demo" in tagger().out
    monkeypatch.chdir(fresh.folder)
    assert "tagger run" in tagger().out
    monkeypatch.chdir(study.folder)
    assert "tagger review" in tagger().out


@pytest.mark.parametrize(
    "words",
    ["nonsense", "run --nonsense", "export", "init", "run --engine steam", "import no-such.csv --made unknown"],
)
def test_a_command_that_is_not_understood_ends_with_2(words, tagger):
    """A misspelt command or option is answered with its usage."""
    said = tagger(*words.split())

    assert (2, "") == (said.code, said.out)
    assert "Usage:" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["run", "FILES", "--study", "NOWHERE", "--engine", "local"],
        ["run", "NOWHERE", "--study", "STUDY", "--engine", "local"],
        ["run", "FILES", "--study", "STUDY", "--engine", "local", "--framework", "upside-down"],
        ["run", "FILES", "--study", "STUDY", "--engine", "prefect", "--framework", "upside-down"],
        ["check", "NOWHERE"],
        ["status", "--study", "NOWHERE"],
        ["export", "--study", "NOWHERE", "--to", "csv", "-o", "OUT"],
        ["export", "--study", "STUDY", "--to", "csv", "-o", "NOWHERE/x.csv"],
        ["import", "FILE", "--study", "STUDY", "--made", "unknown"],
        ["init", "STUDY", "--framework", "maternal"],
        ["init", "OUT", "--framework", "maternall"],
        ["framework", "check", "NOWHERE/x.yaml"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_one_line(words, tagger, study):
    """Exit code 1, nothing on stdout, one line on stderr that is no traceback; nothing is changed."""
    places = {
        "NOWHERE": study.home / "nowhere", "STUDY": study.folder, "FILES": study.files, "OUT": study.home / "out",
        "FILE": study.files / "first-meeting.csv",
    }  # fmt: skip
    before = study.tables()

    line = one_line(tagger(*(re.sub(r"^[A-Z]+", lambda name: str(places[name[0]]), word) for word in words)))

    assert line.endswith(".")
    assert before == study.tables()


def test_a_fault_of_the_program_is_said_in_a_line_without_what_it_was_about(tagger, monkeypatch):
    """Where it was and of which kind, and how to have more said; a message may hold words of people."""

    def fail(_folder):
        raise ZeroDivisionError("Ottoline said that")

    monkeypatch.setattr(cli, "next_step", fail)
    said = tagger()

    assert 70 == said.code
    assert "this is a fault of the program itself (ZeroDivisionError in test_cli.py, line" in said.err
    assert "Ottoline" not in said.err + said.out
    monkeypatch.setenv(cli.TRACEBACK, "1")
    with pytest.raises(ZeroDivisionError):
        tagger()


def test_a_failure_in_a_process_of_its_own_has_no_traceback(tmp_path):
    """What the shell sees: exit code 1, an empty stdout, one line."""
    done = ran(["status", "--study", tmp_path])

    assert (1, "") == (done.returncode, done.stdout)
    assert ["tagger"] == [line.partition(":")[0] for line in done.stderr.splitlines()]


# check ---------------------------------------------------------------------------------------------------------------


def test_check_describes_files_and_stores_nothing(tagger, fresh):
    """Lines for people; the files are as they were."""
    said = tagger("check", fresh.files, "--no-names")

    assert 0 == said.code
    assert "4 of 4 files can be read; nothing was stored." == said.out.splitlines()[-1]


def test_check_speaks_json(tagger, fresh):
    """One object with a list of files, and nothing else on stdout."""
    content = json.loads(tagger("check", fresh.files, "--no-names", "--json").out)

    assert ["files"] == list(content)
    assert 4 == len(content["files"])


def test_check_of_a_bad_file_ends_with_3(tagger, fresh):
    """The others are described all the same."""
    (fresh.files / "empty.txt").write_bytes(b"")

    said = tagger("check", fresh.files, "--no-names", "--json")

    assert 3 == said.code
    assert 5 == len(json.loads(said.out)["files"])


def test_speakers_can_be_corrected_by_way_of_a_sheet(tagger, study):
    """By check --write, a change in the sheet, and run --speakers, the correction is in the study."""
    sheet = study.home / "speakers.csv"
    said = tagger("check", study.files, "--no-names", "--write", sheet, "--dataset", "general")
    assert str(sheet) in said.err
    text = sheet.read_text("utf-8-sig")
    row = next(row for row in text.splitlines() if "Philippa" in row)
    sheet.write_text(text.replace(row, row.replace("unknown", "yes", 1)), "utf-8")

    said = tagger("run", study.files, "--study", study.folder, "--engine", "local", "--speakers", sheet)

    assert 0 == said.code
    assert [] == study.ask("SELECT 1 FROM excerpt_list WHERE participant = 'P01'")


def test_one_sheet_sends_files_to_several_datasets_and_is_told_back(tagger, fresh):
    """Check says what the sheet would do, run does it for each dataset, and check says what was said."""
    sheet = fresh.home / "attributes.csv"
    sheet.write_text("file,dataset,group\ngarden.txt,women,north\nmorning-notes.txt,general,\n", "utf-8")
    files = (fresh.files / "garden.txt", fresh.files / "morning-notes.txt")
    given = ("--attributes", sheet, "--study", fresh.folder)

    said = tagger("check", *files, *given, "--no-names")
    assert "attributes.csv: 2 rows, about 2 of 2 files\n  dataset general, a new one: 1 file\n" in said.out
    said = tagger("run", *files, *given, "--engine", "local", "--json")
    content = json.loads(said.out)
    assert (0, 2) == (said.code, content["counts"]["transcripts"])
    assert {"general", "women"} == {load["dataset"] for load in content["workload"]}
    said = tagger("check", "--study", fresh.folder)
    assert "files/garden.txt (women)\n  now  file: group north\n" in said.out
    assert 2 == tagger("check").code


# run, status ---------------------------------------------------------------------------------------------------------


def test_run_says_what_it_stored_and_how_much_there_is_to_read(tagger, fresh):
    """Transcripts, passages, workload and the next command on stdout; the stages on stderr."""
    said = tagger("run", fresh.files, "--study", fresh.folder, "--dataset", "general", "--engine", "local")

    first, second, third = said.out.splitlines()
    assert 0 == said.code
    assert re.fullmatch(r"general: 4 transcripts stored, 17 new passages, 3 new exchanges \(0 cut off .*", first)
    assert re.search(r"\d+ passages have suggestions, about 5 minutes of reading for one person", second)
    assert third.startswith("Next: tagger review")
    assert "Reading transcripts ...\nCutting excerpts ...\nEmbedding excerpts ..." in said.err

    said = tagger("run", fresh.files, "--study", fresh.folder, "--engine", "local")
    assert "general: nothing new, nothing changed." == said.out.splitlines()[0]


def test_run_speaks_json(tagger, study):
    """One object with counts, problems and workload, and no progress anywhere."""
    study.edit("garden.txt", "wet Tuesday", "dry Thursday")

    said = tagger("run", study.files, "--study", study.folder, "--engine", "local", "--json")

    content = json.loads(said.out)
    assert (0, "") == (said.code, said.err)
    assert 1 == content["counts"]["transcripts"]
    assert "general" == content["workload"][0]["dataset"]


def test_run_names_bad_files_stores_the_others_and_ends_with_3(tagger, fresh):
    """The exit code says that something was left out, and stderr says what."""
    bad = fresh.home / "empty.txt"
    bad.write_bytes(b"")

    said = tagger("run", bad, fresh.files / "morning-notes.txt", "--study", fresh.folder, "--engine", "local")

    assert 3 == said.code
    assert ["not read: empty.txt"] == [
        line[: len("not read: empty.txt")] for line in said.err.splitlines() if line.startswith("not read")
    ]
    assert [{"dataset": "interviews"}] == fresh.ask("SELECT dataset FROM transcripts")


def test_run_of_bad_files_alone_stores_nothing_and_ends_with_3(tagger, fresh):
    """Nothing half: every table is as it was."""
    bad = fresh.home / "bad"
    bad.mkdir()
    (bad / "empty.txt").write_bytes(b"")
    before = fresh.tables()

    assert 3 == tagger("run", bad, "--study", fresh.folder, "--engine", "local").code
    assert before == fresh.tables()


def test_run_says_what_was_noted(tagger, study):
    """A copy of a file is mentioned."""
    (study.files / "copy.txt").write_bytes((study.files / "garden.txt").read_bytes())

    said = tagger("run", study.files, "--study", study.folder, "--engine", "local")

    assert 0 == said.code
    assert "note: files/copy.txt: holds the same words as files/garden.txt" in said.err


def test_run_asks_for_the_dataset_where_there_are_several(tagger, study):
    """A run never guesses between two datasets."""
    study.run(study.files / "garden.txt", dataset="women")

    assert "general, women" in one_line(tagger("run", study.files, "--study", study.folder, "--engine", "local"))


def test_the_study_can_be_named_by_the_environment(tagger, study, monkeypatch):
    """TAGGER_STUDY stands for --study."""
    monkeypatch.setenv("TAGGER_STUDY", str(study.folder))

    assert "general: 4 transcripts" in tagger("status").out


def test_status_says_what_is_there_and_what_comes_next(tagger, study):
    """Datasets, stopped runs, codings to read again, and the next command."""
    study.do("DELETE FROM run_ends")

    said = tagger("status", "--study", study.folder)

    assert (0, "") == (said.code, said.err)
    assert "general: 4 transcripts, 17 passages and 3 exchanges" in said.out
    assert "A run of general stopped before its end" in said.out
    assert said.out.splitlines()[-1].startswith("Next: tagger review")


def test_one_of_something_is_said_so(tagger, fresh):
    """One transcript is no "1 transcripts", in what a run says and in the status."""
    (fresh.home / "note.txt").write_text("Ann: I came because the door was open, and I stayed for the tea.\n", "utf-8")
    ran_ = tagger("run", fresh.home / "note.txt", "--study", fresh.folder, "--dataset", "general", "--engine", "local")
    status = tagger("status", "--study", fresh.folder)

    assert "general: 1 transcript stored, 1 new passage, 0 new exchanges" in ran_.out
    assert "general: 1 transcript, 1 passage and 0 exchanges" in status.out


def test_status_speaks_json(tagger, study):
    """One object, times as text."""
    study.do("DELETE FROM run_ends")

    content = json.loads(tagger("status", "--study", study.folder, "--json").out)

    assert ["general"] == [row["dataset"] for row in content["datasets"]]
    assert 1 == len(content["unfinished"])


class _CtrlC(logging.Handler):
    """Press Ctrl-C when a stage begins."""

    def __init__(self, stage):
        super().__init__()
        self._stage = stage

    def emit(self, record):
        if record.__dict__["stage"] == self._stage:
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("stage", ["split", "embed"])
def test_ctrl_c_ends_with_130_and_one_line(stage, tagger, fresh):
    """What was finished is stored, the study is in order, and the next run has less to do."""
    log = logging.getLogger("tagger.progress")
    presses = _CtrlC(stage)
    log.addHandler(presses)
    try:
        said = tagger("run", fresh.files / "morning-notes.txt", "--study", fresh.folder, "--engine", "local")
    finally:
        log.removeHandler(presses)

    told = [line for line in said.err.splitlines() if line and not line.endswith(" ...")]
    assert (130, "", [STOPPED]) == (said.code, said.out, told)
    assert 1 == fresh.one("SELECT count(*) FROM transcripts")
    assert {"split": 0, "embed": 3}[stage] == fresh.one("SELECT count(*) FROM excerpts")
    assert "A run of interviews stopped before its end" in tagger("status", "--study", fresh.folder).out


@pytest.mark.slow
def test_ctrl_c_leaves_a_study_that_the_next_run_finishes(fresh, tagged):
    """Stopped in the middle of a stage, by a signal to its process; after a second run all is as if nobody had."""
    arguments = ["run", fresh.files, "--study", fresh.folder, "--dataset", "general", "--engine", "local"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tagger", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Embedding"):
                process.send_signal(signal.SIGINT)
                break
        out, err = process.communicate(timeout=60)

    told = [line for line in err.splitlines() if line and not line.endswith(" ...")]
    assert (130, "", [STOPPED]) == (process.returncode, out, told)
    assert tagged.one("SELECT count(*) FROM excerpts") == fresh.one("SELECT count(*) FROM excerpts")
    assert 0 == fresh.one("SELECT count(*) FROM run_ends")
    fresh.run()
    assert comparable(tagged.tables()) == comparable(fresh.tables())


def test_progress_in_a_terminal_is_a_bar_for_each_stage(monkeypatch):
    """In a terminal the stages are bars; a stage without work counts as done."""
    master, slave = pty.openpty()
    with open(slave, "w") as terminal, monkeypatch.context() as patch:  # noqa: PTH123
        patch.setattr(sys, "stderr", terminal)
        with shown(quiet=False):
            for stage, done, total in (("read", 0, 2), ("read", 1, 2), ("read", 2, 2), ("embed", 0, 0)):
                extra = {"stage": stage, "done": done, "total": total}
                logging.getLogger("tagger.progress").info("%s", stage, extra=extra)
        terminal.flush()
        drawn = os.read(master, 100_000).decode()
    os.close(master)

    assert "Reading transcripts" in drawn
    assert "Embedding excerpts" in drawn


def test_quiet_progress_says_nothing(capsys):
    """With --json nothing but the result is written."""
    with shown(quiet=True):
        logging.getLogger("tagger.progress").info("read", extra={"stage": "read", "done": 0, "total": 1})

    assert ("", "") == capsys.readouterr()


# init, framework, import, export, doctor, demo -----------------------------------------------------------------------


def test_init_makes_a_study_and_says_what_comes_next(tagger, tmp_path):
    """A folder with settings and database, named after the folder."""
    said = tagger("init", tmp_path / "ours", "--framework", "maternal")

    assert (0, "") == (said.code, said.err)
    assert "tagger run" in said.out
    assert 'name = "ours"' in (tmp_path / "ours" / "study.toml").read_text("utf-8")


def test_init_takes_a_framework_file_into_the_study(tagger, fresh, tmp_path):
    """A framework of one's own is copied, so that the study is whole without the file."""
    file = tmp_path / "small.yaml"
    file.write_text((fresh.folder / "frameworks" / "small.yaml").read_text("utf-8"), "utf-8")

    assert 0 == tagger("init", tmp_path / "ours", "--framework", file, "--name", "Our own").code
    file.unlink()

    assert "small" in tagger("framework", "list", "--study", tmp_path / "ours").out
    assert "small 1.0 is in order" in tagger("framework", "check", "small", "--study", tmp_path / "ours").out


def test_framework_list_names_the_shipped_ones_and_those_of_the_study(tagger, tagged):
    """Id, version, title and number of values, one framework a line."""
    lines = tagger("framework", "list", "--study", tagged.folder).out.splitlines()

    assert ["maternal", "peer-support-dimensions", "reflexive", "side-by-side", "women-side-by-side", "small"] == [
        line.split()[0] for line in lines
    ]
    assert lines[-1].endswith("Three values for tests (3 values)")


def test_framework_show_has_layers_values_and_what_counts(tagger, tagged):
    """The whole text that readers go by."""
    out = tagger("framework", "show", "small", "--study", tagged.folder).out

    assert "Three values for tests (small 1.0)" == out.splitlines()[0]
    for words in ("\nThe only layer\n", "\n  Choice\n", "    counts: nobody is pushed\n"):
        assert words in out


def test_framework_check_names_line_and_remedy(tagger, tmp_path, tagged):
    """A duplicate id is said with the file and the line."""
    text = (tagged.folder / "frameworks" / "small.yaml").read_text("utf-8")
    file = tmp_path / "small.yaml"
    file.write_text(text.replace("id: common", "id: choice"), "utf-8")

    assert re.search(r"small\.yaml.*line 14.*choice", one_line(tagger("framework", "check", file)))


def test_framework_check_remarks_on_what_makes_suggestions_weak(tagger, tagged):
    """Few cues are no error, and are mentioned."""
    said = tagger("framework", "check", "small", "--study", tagged.folder)

    assert 0 == said.code
    assert "note: Choice: 2 cues; 5 or more make suggestions better" in said.out
    assert "small 1.0 is in order: 3 values in 1 layer." == said.out.splitlines()[-1]


def test_framework_diff_says_what_changed(tagger):
    """Sentences where two differ, and one sentence where they do not."""
    assert "Family-centred" in tagger("framework", "diff", "side-by-side", "maternal").out
    assert "They are the same.\n" == tagger("framework", "diff", "maternal", "maternal").out


def test_a_table_said_to_be_made_in_two_ways_is_refused_until_it_is_meant(tagger, study):
    """The error names what is stored and the option; with it, what is said last counts."""
    file = study.home / "codings.csv"
    file.write_text("transcript,text,coder,values\ngarden.txt,The toilet.,Ann,none\n", "utf-8")
    call = ("import", file, "--study", study.folder, "--made")
    assert 0 == tagger(*call, "unknown").code

    assert "--made unknown" in (line := one_line(tagger(*call, "independently")))
    assert "add --instead" in line
    assert 0 == tagger(*call, "independently", "--instead").code
    assert [{"made": "independently"}] == study.ask("SELECT DISTINCT made FROM coding_list")


def test_import_reports_its_rows(tagger, study):
    """What became of the table, line by line."""
    file = study.home / "codings.csv"
    file.write_text("transcript,text,coder,values\ngarden.txt,Some weeks I only dig.,Ann,choice\n")

    said = tagger("import", file, "--study", study.folder, "--made", "independently")

    assert 0 == said.code
    assert "codings.csv: 0 rows lie on whole passages, 1 on part of one, 0 on none." == said.out.splitlines()[0]
    assert "1 read by people" in tagger("status", "--study", study.folder).out


def test_export_leaves_out_what_nobody_has_read(tagger, study):
    """By default no row, and a hint how to see the suggestions; with the option all, marked as not reviewed."""
    out = study.home / "out.csv"

    said = tagger("export", "--study", study.folder, "--to", "csv", "-o", out)
    assert (0, ["Wrote 0 rows"]) == (said.code, [said.out[:12]])
    assert "--include-unreviewed" in said.out

    tagger("export", "--study", study.folder, "--to", "csv", "-o", out, "--include-unreviewed")
    with out.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert "review" == header[0]
    assert {"not reviewed"} == {row[0] for row in rows}


def test_doctor_says_what_is_bad_and_ends_with_1(tagger, study):
    """Each finding is a line; one that is bad decides how the command ends."""
    said = tagger("doctor", "--study", study.folder)
    assert 0 == said.code
    assert {"ok"} == {line.split()[0] for line in said.out.splitlines()}

    study.do("UPDATE placements SET start = start + 1 WHERE excerpt_id = (SELECT min(excerpt_id) FROM placements)")
    said = tagger("doctor", "--study", study.folder)
    assert 1 == said.code
    assert "BAD  excerpts that do not match their text: 1" in said.out.splitlines()


@pytest.mark.slow
def test_demo_leaves_a_complete_study_and_can_be_run_again(tagger, tmp_path):
    """Nine transcripts in three datasets with the codings of two coders; the second time adds nothing."""
    said = tagger("demo", "--dir", tmp_path / "demo", "--engine", "local")

    assert 0 == said.code
    content = json.loads(tagger("status", "--study", tmp_path / "demo", "--json").out)
    assert [("general", 3), ("maternal", 3), ("women", 3)] == [
        (row["dataset"], row["transcripts"]) for row in content["datasets"]
    ]
    assert all(row["reviewed"] and row["suggested"] for row in content["datasets"])

    said = tagger("demo", "--dir", tmp_path / "demo", "--engine", "local")
    assert 3 == said.out.count("nothing new, nothing changed.")
    assert "Stored 0 readings" in said.out

"""What the documentation says is so: commands, examples, links, tables and the output that it shows."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import subprocess

import click
import data_model
import pytest
from click.testing import CliRunner

import tagger
from tagger.cli import tagger as command_line
from tagger.frameworks import shipped_frameworks
from tagger.shipped import shipped
from tagger.steps.imports import import_codings
from tagger.steps.inspect import inspect

ROOT = data_model.PAGE.parents[1]
PAGES = sorted(
    {
        *ROOT.glob("*.md"),
        *(page for name in ("docs", "frameworks", "data", "models") for page in ROOT.glob(f"{name}/*.md")),
    }
)
README = (ROOT / "README.md").read_text("utf-8")
# In two parts, so that this file does not name them either.
REGISTRIES = tuple(
    "".join(parts) for parts in (("py", "pi.org"), ("python", "hosted.org"), ("ana", "conda.org"), ("npm", "js.org"))
)


def name_of(page):
    """Say which page a test is about."""
    return str(page.relative_to(ROOT))


def blocks(text, language):
    """Return the code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def calls(text):
    """Return the words of each call of `tagger` that stands in the code of a page; remarks after # are left out."""
    in_lines = re.findall(r"`(tagger [^`\n]+)`", text)
    in_blocks = re.findall(r"^(?:\$ )?(tagger [a-z].*)$", "\n".join(blocks(text, r"\w*")), re.MULTILINE)
    # "tagger, version" and the like are words about it.
    return [shlex.split(line.split("#")[0])[1:] for line in (*in_lines, *in_blocks) if "," not in line]


def without_seconds(text):
    """Leave out how long runs took."""
    return re.sub(r"in \d+ s\.", "in some s.", text)


@pytest.fixture(name="beside_demo")
def _beside_demo(study, tmp_path, monkeypatch):
    """Stand in a folder that holds a study called demo-study, with codings by two people."""
    folder = tmp_path / "demo-study"
    shutil.copytree(study.folder, folder)
    value = tagger.open_study(folder).suggestions()["value"].iloc[0]
    passages = tagger.open_study(folder).excerpts().query("kind == 'passage'")
    sheet = tmp_path / "codings.csv"
    with sheet.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("transcript", "start", "end", "coder", "values"))
        for number, row in enumerate(passages.itertuples()):
            for coder, said in (("A", value), ("B", value if number % 2 else "none")):
                table.writerow((row.transcript, row.start, row.end, coder, said))
    import_codings(folder, sheet, "independently")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    """Every link to a file of the project names one that is there, and a heading in it where it names one."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text("utf-8")):
        path, _, heading = target.partition("#")
        linked = (page.parent / path).resolve() if path else page

        assert linked.is_relative_to(ROOT)
        assert linked.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.+)$", linked.read_text("utf-8"), re.MULTILINE)
            assert heading in [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings]


@pytest.mark.parametrize("name", ["README.md", "docs/python.md", "docs/measuring.md"])
def test_the_examples_run(name, beside_demo, capsys):
    """The Python of a page runs from top to bottom, each block alone, beside a study called demo-study, and prints."""
    examples = blocks((ROOT / name).read_text("utf-8"), "python")

    assert examples
    for example in examples:
        exec(example, {})
        assert capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_calls_have_options_that_exist(page):
    """Every call of `tagger` that a page shows names a command that is there, with options it has."""
    for words in calls(page.read_text("utf-8")):
        command = command_line
        while words and isinstance(command, click.Group) and words[0] in command.commands:
            command, words = command.commands[words[0]], words[1:]
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help"}

        assert command is not command_line or not words or words[0] in ("COMMAND", "--help")
        assert set() == {word for word in words if word.startswith("-")} - known


def test_the_readme_says_of_each_command_what_it_does():
    """Each command has its row in the README's table, and a help text."""
    for name, command in command_line.commands.items():
        assert f"\n| `tagger {name}` | " in README
        assert command.help


def test_the_readme_names_the_exit_codes():
    """What the module of the command line says of exit codes, the README and the page for analysts say too."""
    documented = (ROOT / "docs" / "running.md").read_text("utf-8")
    for code in ("0", "1", "2", "3", "130"):
        assert f"{code} " in README.split("Exit codes: ")[1].splitlines()[0]
        assert f"\n| {code} | " in documented


def test_the_frameworks_named_are_those_shipped():
    """README and the page about frameworks name every shipped framework."""
    page = (ROOT / "frameworks" / "README.md").read_text("utf-8")
    for framework in shipped_frameworks():
        assert f"`{framework.id}`" in README
        assert f"`{framework.id}.yaml`" in page


def test_the_readme_shows_what_check_prints():
    """The output of `tagger check` in the README is what it prints of the three files of the sample."""
    folder = shipped("data") / "sample" / "general"
    said = [line.replace(str(folder), "interviews") for line in inspect([folder]).lines]

    assert "\n".join(said) in README


def test_the_data_model_is_that_of_the_database():
    """docs/data-model.md is what scripts/data_model.py writes; run it after a migration."""
    assert data_model.current() == data_model.PAGE.read_text("utf-8")


def test_the_changelog_has_a_section_for_this_version():
    """What users notice has a place: a section for what is not released, or one for the version."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert re.search(rf"^## \[(Unreleased|{re.escape(tagger.__version__)})\]", changelog, re.MULTILINE)


def test_no_registry_of_packages_is_named():
    """Where packages come from is for each machine to say: no file of the project names a host of them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    files = [ROOT / name for name in listed.split("\0") if name]
    naming = [
        file.name for file in files if file.is_file() and any(host.encode() in file.read_bytes() for host in REGISTRIES)
    ]

    assert [] == naming


@pytest.mark.slow
def test_the_readme_shows_what_the_demo_and_a_first_study_print(tmp_path, monkeypatch):
    """Demo, run, status and export print what the README shows, but for the seconds."""
    monkeypatch.chdir(tmp_path)
    shown = without_seconds(README)

    def printed(call):
        said = CliRunner().invoke(command_line, shlex.split(call)[1:])
        assert 0 == said.exit_code, said.output
        return without_seconds(said.stdout)

    assert printed("tagger demo --engine local") in shown
    shutil.copytree("demo-study/transcripts/general", "interviews")
    steps = re.findall(r"^\$ (tagger .*)\n((?:(?!\$ |```).*\n)+)", shown, re.MULTILINE)
    assert ["init", "check", "run", "status", "export"] == [call.split()[1] for call, _ in steps]
    for call, output in steps:
        said = printed(call + (" --engine local" if " run " in call else ""))
        assert said in output
        if " check " in call:
            sheet = tmp_path / "speakers.csv"
            corrected = sheet.read_text("utf-8").replace("Maxine,unknown,unknown", "Maxine,yes,peer facilitator")
            sheet.write_text(corrected, "utf-8")

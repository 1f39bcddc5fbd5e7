"""Tests of the Prefect flow: the same rows as without it, what Prefect is told, and what happens without Prefect."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from read_study import read_by_two
from small_study import GARDEN, comparable, copied

from tagger.errors import Busy
from tagger.pipelines.server import start_server
from tagger.pipelines.start import start, start_learning
from tagger.pipelines.summary import in_markdown
from tagger.report.files import files
from tagger.steps import Summary
from tagger.steps.agreement import measure
from tagger.steps.from_review import learn_from_review
from tagger.steps.workplace import Run
from tagger.store import Store

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", autouse=True)
def environment():
    """Put back what a flow leaves in the process: its variables, and a thread that goes on drawing random numbers."""
    before = dict(os.environ)
    os.environ.pop("PREFECT_API_URL", None)
    yield
    hang_up()
    os.environ.clear()
    os.environ.update(before)


def hang_up():
    """
    Close the connection on which Prefect tells its server of events.

    It is kept alive by a ping every 20 seconds, each of which draws from the random numbers that all tests share;
    Hypothesis takes that for a fault of whichever test it happens in.
    """
    from prefect.events.worker import EventsWorker

    _, still_talking = EventsWorker.drain_all(timeout=20)
    assert not still_talking


@pytest.fixture(scope="module")
def flow(environment, empty_study, tmp_path_factory):
    """Run the flow once, with a server of its own; return the study and the summary."""
    study = copied(empty_study, tmp_path_factory.mktemp("flow"))
    return study, start(study.folder, [study.files], dataset="general")


def ask_server(what, **body):
    """Ask Prefect's server for some of its records."""
    request = urllib.request.Request(
        f"{os.environ['PREFECT_API_URL']}/{what}/filter",
        json.dumps({"limit": 100, **body}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.loads(reply.read())


def flow_runs():
    """Return the flow runs that the server knows, oldest first."""
    return ask_server("flow_runs", sort="START_TIME_ASC")


def test_the_flow_does_the_whole_work(flow):
    """All four files are tagged, by the engine prefect."""
    study, summary = flow

    assert (4, 17, ()) == (summary.counts["transcripts"], summary.counts["passages"], summary.notes)
    assert ["prefect"] == [row["engine"] for row in study.ask("SELECT engine FROM run_list WHERE finished")]


def test_the_flow_stores_the_same_rows_as_the_local_engine(flow, tagged):
    """But for runs and times, every table of two studies made from one is the same."""
    study, _ = flow

    assert comparable(tagged.tables()) == comparable(study.tables())


def test_the_stages_are_tasks_that_completed(flow):
    """One flow run with a task for each batch and each merge."""
    _, summary = flow

    [run] = ask_server("flow_runs", flow_runs={"name": {"any_": [flow_runs()[0]["name"]]}})
    tasks = ask_server("task_runs", flow_runs={"id": {"any_": [run["id"]]}})
    assert {"COMPLETED"} == {run["state_type"], *(task["state_type"] for task in tasks)}
    assert {"read", "split", "embed", "suggest", "store"} == {task["name"].partition("-")[0] for task in tasks}
    assert summary.calls == len(tasks)


def test_the_flow_leaves_a_summary_to_read(flow):
    """An artifact with the counts, and no words of a transcript."""
    [artifact] = ask_server("artifacts", artifacts={"key": {"any_": ["tagging-summary"]}})[-1:]

    assert "| passages | 17 |" in artifact["data"]
    assert "neighbour" not in artifact["data"]


def test_a_run_with_nothing_to_do_needs_no_prefect(flow):
    """The second run adds no rows and starts no flow."""
    study, _ = flow
    before, runs = study.tables(), len(flow_runs())

    summary = start(study.folder, [study.files], dataset="general")

    assert (0, runs) == (summary.rows, len(flow_runs()))
    assert before == study.tables()


def test_a_running_server_is_used_and_a_bad_file_is_reported(flow, study):
    """A second study's run goes to the server of PREFECT_API_URL; what it could not read stands in the summary."""
    (study.files / "empty.txt").write_bytes(b"")
    (study.files / "late.txt").write_text(GARDEN.replace("wet Tuesday", "late Friday"), "utf-8")
    runs = len(flow_runs())

    summary = start(study.folder, [study.files], dataset="general")

    assert ["empty.txt"] == [problem.partition(":")[0] for problem in summary.problems]
    assert 1 == summary.counts["transcripts"]
    assert runs + 1 == len(flow_runs())
    assert not (study.folder / ".prefect" / "prefect.db").exists()
    assert any("empty.txt" in artifact["data"] for artifact in ask_server("artifacts"))


def test_the_address_of_a_running_server_is_respected(flow, tmp_path):
    """No second server is started where one answers."""
    assert start_server(tmp_path / "home").process is None


def test_an_error_of_ours_comes_out_of_the_flow_as_it_is(flow, study):
    """A study in use is said in our words, not in Prefect's."""
    study.edit("garden.txt", "wet Tuesday", "dry Thursday")

    with Store(study.folder).only_run(), pytest.raises(Busy, match="a run of the pipeline"):
        start(study.folder, [study.files], dataset="general")


def without_home(home):
    """Put a file where Prefect's folder should be."""
    home.write_text("no folder")


def with_a_damaged_database(home):
    """Leave Prefect's server a database that it cannot open."""
    home.mkdir()
    (home / "prefect.db").write_bytes(b"no database" * 999)


@pytest.mark.parametrize(
    "broken",
    [without_home, pytest.param(with_a_damaged_database, marks=pytest.mark.slow)],
    ids=lambda broken: broken.__name__,
)
def test_a_broken_prefect_stops_nobody(study, broken, monkeypatch):
    """The same stages run without it, and the notes say so."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    study.edit("garden.txt", "wet Tuesday", "dry Thursday")
    broken(study.folder / ".prefect")

    summary = start(study.folder, [study.files], dataset="general")

    assert 1 == summary.counts["transcripts"]
    [note] = summary.notes
    assert note.startswith("Prefect could not start, so the stages were run without it")
    assert {"local"} == {row["engine"] for row in study.ask("SELECT engine FROM run_list")}


def test_a_foreign_folder_of_pipelines_does_not_get_in_the_way(tmp_path):
    """A folder called pipelines in the working folder is not ours, and is not imported."""
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "__init__.py").write_text("raise SystemExit('the wrong pipelines')")
    code = "import sys; import tagger.pipelines.start, tagger.pipelines.summary; print('prefect' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ("False\n", "", 0) == (done.stdout, done.stderr, done.returncode)


def test_agreement_is_a_flow_with_its_first_screen_as_an_artifact(flow, tmp_path):
    """The flow writes the files of the report; the artifact has a line for each value, and no words of a transcript."""
    from tagger.pipelines.measure_agreement import measure_agreement

    study, _ = flow
    page = measure_agreement(str(study.folder), str(tmp_path / "report"))

    assert (tmp_path / "report" / "report.html") == Path(page)
    assert Path(page).read_bytes() == files(measure(study.folder))["report.html"]
    [artifact] = ask_server("artifacts", artifacts={"key": {"any_": ["agreement"]}})[-1:]
    assert "| Choice |" in artifact["data"]
    assert "neighbour" not in artifact["data"]


def test_comparison_is_a_flow_with_its_first_table_as_an_artifact(flow, tmp_path):
    """The flow writes the files of the comparison; the artifact has a line for each value, and nobody's words."""
    from tagger.pipelines.compare_contexts import compare_contexts

    study, _ = flow
    page = compare_contexts(str(study.folder), str(tmp_path / "comparison"))

    assert (tmp_path / "comparison" / "comparison.html") == Path(page)
    [artifact] = ask_server("artifacts", artifacts={"key": {"any_": ["comparison"]}})[-1:]
    assert "| Choice |" in artifact["data"]
    assert "neighbour" not in artifact["data"]


def test_the_deployments_name_the_flows_and_their_parameters(flow):
    """The entry points of prefect.yaml are the flows, with parameters that these have, and a schedule."""
    from ruamel.yaml import YAML

    from tagger.pipelines import compare_contexts, measure_agreement, tag_transcripts

    deployments = YAML(typ="safe").load(ROOT / "prefect.yaml")["deployments"]

    for deployment, module in zip(deployments, (tag_transcripts, measure_agreement, compare_contexts), strict=True):
        name = module.__name__.rpartition(".")[2]
        assert f"{module.__name__}.{name}" == deployment["entrypoint"]
        assert set(deployment["parameters"]) <= set(inspect.signature(getattr(module, name).fn).parameters)
        assert deployment["schedules"]


def test_the_summary_says_what_was_not_read():
    """Counts, problems and notes, each in its place."""
    run = Run("r", "study", "general", "2026-01-01")
    summary = Summary(run, 7, {"transcripts": 1}, ("empty.txt: it is empty.",), ("a note",), 3.2, 2)

    page = in_markdown(summary)

    assert "# general: 7 rows added in 3 s" == page.splitlines()[0]
    for line in ("| transcripts | 1 |", "## Not read", "- empty.txt: it is empty.", "## Notes", "- a note"):
        assert line in page.splitlines()
    assert "Nothing new, nothing changed." in in_markdown(Summary(run, 0, {}, (), (), 0.1, 0))


def test_learning_is_a_flow_that_does_as_the_command_does(flow, tagged, tmp_path):
    """But for runs and times all tables are as without Prefect; learning is a task, and a second time needs no flow."""
    before = {run["id"] for run in flow_runs()}
    here = read_by_two(copied(tagged, tmp_path / "here"))
    there = copied(here, tmp_path / "there")

    lessons = start_learning(there.folder)
    learn_from_review(here.folder)

    assert ((), True) == (lessons.notes, lessons.lessons[0].changed)
    assert comparable(here.tables()) == comparable(there.tables())
    [run] = [run for run in flow_runs() if run["id"] not in before]
    tasks = ask_server("task_runs", flow_runs={"id": {"any_": [run["id"]]}})
    assert {"COMPLETED"} == {run["state_type"], *(task["state_type"] for task in tasks)}
    assert ["learn", "store", "store", "suggest"] == sorted(task["name"].partition("-")[0] for task in tasks)
    [artifact] = ask_server("artifacts", artifacts={"key": {"any_": ["learning"]}})
    assert "neighbour" not in artifact["data"]

    assert not start_learning(there.folder).lessons[0].changed
    assert before | {run["id"]} == {one["id"] for one in flow_runs()}

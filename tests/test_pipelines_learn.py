"""Tests of the flow that learns from review: the same rows as without Prefect, and what Prefect is told."""

from __future__ import annotations

from read_study import read_by_two
from small_study import comparable, copied
from test_pipelines import ask_server, environment, flow_runs  # noqa: F401

from tagger.pipelines.start import start_learning
from tagger.steps.from_review import learn_from_review


def test_the_flow_learns_and_suggests_as_the_command_does(tagged, tmp_path):
    """But for runs and times all tables are the same; learning is a task, and a second time needs no flow."""
    here = read_by_two(copied(tagged, tmp_path / "here"))
    there = copied(here, tmp_path / "there")

    lessons = start_learning(there.folder)
    learn_from_review(here.folder)

    assert ((), True) == (lessons.notes, lessons.lessons[0].changed)
    assert comparable(here.tables()) == comparable(there.tables())
    [run] = flow_runs()
    tasks = ask_server("task_runs", flow_runs={"id": {"any_": [run["id"]]}})
    assert {"COMPLETED"} == {run["state_type"], *(task["state_type"] for task in tasks)}
    assert ["learn", "store", "store", "suggest"] == sorted(task["name"].partition("-")[0] for task in tasks)
    [artifact] = ask_server("artifacts", artifacts={"key": {"any_": ["learning"]}})
    assert "neighbour" not in artifact["data"]

    assert not start_learning(there.folder).lessons[0].changed
    assert [run["id"]] == [one["id"] for one in flow_runs()]

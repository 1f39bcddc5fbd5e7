"""The flow that learns from review: for every dataset that uses a framework, learn -> suggest."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from tagger.pipelines.summary import learning_in_markdown
from tagger.pipelines.tasks import Tasks
from tagger.steps import from_review
from tagger.steps.from_review import Lessons


@flow(name="learn-from-review")
def learn_from_review(study: str, framework: str = "") -> Lessons:
    """
    Learn from what people said before they saw any suggestion, and suggest anew.

    Args:
        study: the study's folder.
        framework: the name of one framework; empty for all that datasets use.
    """
    lessons = from_review.learn_from_review(Path(study), framework, Tasks())
    create_markdown_artifact(learning_in_markdown(lessons), key="learning", description="What was learned from review")
    return lessons

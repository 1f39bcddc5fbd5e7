"""A preview says what the run that follows does."""

from __future__ import annotations

from read_study import read_by_two

from tagger.steps.from_review import learn_from_review
from tagger.steps.preview import previews
from tagger.steps.workplace import Run

PAIRS = "SELECT excerpt_id, value_id FROM suggestion_list WHERE dataset = $dataset AND framework = 'small'"


def preview(study, dataset, framework="small"):
    """Return the preview of one dataset, with the study's file as it is now, or another one."""
    run = Run("preview", str(study.folder), dataset, "2026-01-01T00:00:00", framework=str(framework))
    [found] = previews(run, [dataset])
    return found


def pairs(study, dataset):
    """Return what is suggested now."""
    return {(row["excerpt_id"], row["value_id"]) for row in study.ask(PAIRS.replace("$dataset", f"'{dataset}'"))}


def test_a_preview_equals_the_run_that_follows(study):
    """Reworded, new, and only renamed values: the same passages are added and dropped."""
    path = study.folder / "frameworks" / "small.yaml"
    text = path.read_text().replace('version: "1.0"', 'version: "1.1"').replace("name: Choice", "name: Choosing")
    text = text.replace("laughing out loud about the night shift", "a mug of tea and a garden gate")
    text += """\
  - id: calm
    name: Calm
    layer: only
    definition: {source: illustrative, text: A quiet room where nobody shouts.}
"""
    dataset = study.ask("SELECT DISTINCT dataset FROM suggestion_list ORDER BY 1")[0]["dataset"]
    before = pairs(study, dataset)
    path.write_text(text)
    found = preview(study, dataset)
    assert pairs(study, dataset) == before
    study.run()
    after = pairs(study, dataset)
    for name, expected in (("added", after - before), ("dropped", before - after)):
        told = {(one, value.change.value_id) for value in found.values for one in getattr(value.change, name)}
        assert told == expected
    assert sum(value.change.kept for value in found.values) == len(after & before)
    assert after - before
    assert before - after


def test_a_preview_of_what_was_learned_equals_the_run_that_follows(study):
    """A run with another version learns anew before it suggests, and so does its preview, which keeps nothing of it."""
    read_by_two(study)
    learn_from_review(study.folder)
    path = study.folder / "frameworks" / "small.yaml"
    text = path.read_text().replace('version: "1.0"', 'version: "1.1"')
    path.write_text(text.replace("laughing out loud about the night shift", "a mug of tea and a garden gate"))
    dataset = study.ask("SELECT DISTINCT dataset FROM suggestion_list ORDER BY 1")[0]["dataset"]
    before, rows, models = pairs(study, dataset), study.tables(), sorted(study.folder.rglob("models/**/*"))
    found = preview(study, dataset)
    assert (rows, models) == (study.tables(), sorted(study.folder.rglob("models/**/*")))
    [used] = study.ask("SELECT learned_id FROM current_learning")
    study.run()
    assert [used] != study.ask("SELECT learned_id FROM current_learning")
    after = pairs(study, dataset)
    for name, expected in (("added", after - before), ("dropped", before - after)):
        told = {(one, value.change.value_id) for value in found.values for one in getattr(value.change, name)}
        assert told == expected
    assert after - before


def test_a_new_version_with_nothing_but_another_name_changes_nothing(study):
    """Only what a value is called is another."""
    path = study.folder / "frameworks" / "small.yaml"
    path.write_text(path.read_text().replace('version: "1.0"', 'version: "1.1"').replace("name: Choice", "name: Own"))
    dataset = study.ask("SELECT DISTINCT dataset FROM suggestion_list ORDER BY 1")[0]["dataset"]
    found = preview(study, dataset)
    assert not any(value.change.added or value.change.dropped for value in found.values)
    assert "Own" in {value.name for value in found.values}


def test_the_command_says_it_in_words(study, tagger):
    """Counts of each value, and that nothing was stored."""
    path = study.folder / "frameworks" / "small.yaml"
    path.write_text(path.read_text().replace('version: "1.0"', 'version: "1.1"'))
    dataset = study.ask("SELECT DISTINCT dataset FROM suggestion_list ORDER BY 1")[0]["dataset"]
    said = tagger("framework", "preview", "small", "--study", study.folder, "--dataset", dataset)
    assert said.code == 0
    assert "small 1.1 in the place of 1.0. Nothing was stored." in said.out
    assert "Choice: adds 0 suggestions, drops 0 suggestions" in said.out


def test_only_a_revised_meaning_makes_answers_count_no_more(study):
    """Of a version made from the one before, by what its author says of each value."""
    path = study.folder / "next.yaml"
    path.write_text(
        'id: small\nversion: "1.1"\ntitle: Small\nextends: small@1.0\nvalues:\n'
        "  - {id: choice, meaning: revised, definition: {source: illustrative, text: People decide together.}}\n"
        "  - {id: common, meaning: same, definition: {source: illustrative, text: They have been through the same.}}\n"
    )
    dataset = study.ask("SELECT DISTINCT dataset FROM suggestion_list ORDER BY 1")[0]["dataset"]
    found = preview(study, dataset, path)
    assert {"choice"} == {value.change.value_id for value in found.values if value.meaning_changed}

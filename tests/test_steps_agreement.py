"""From a study to its report on agreement: what is gathered, how it is kept apart, and what is written."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pandas as pd
import pytest
from desk import lasting
from forks import SOURCE
from serving import served

import tagger as package
from tagger import agreement
from tagger.config import ReviewSettings
from tagger.errors import StoreError, UsageError
from tagger.report.coverage import coverage
from tagger.report.evidence import COMPARABLE, REFUSED
from tagger.report.people import ALPHA
from tagger.review.audit import Wanted, draw
from tagger.review.audit.frame import STRATA
from tagger.review.servings import Queue, next_serving, prepare
from tagger.steps.agreement import measure, report
from tagger.steps.evidence import gather
from tagger.steps.imports import import_codings
from tagger.store import Store

FILES = {"report.html", "report.json", "numbers.csv", "reliability.csv", "disagreements.csv", "methods.md"}


def passages_of(study):
    """Return the passages of a study, in the order of transcripts and starts."""
    return package.open_study(study.folder).excerpts().query("kind == 'passage'")


def bring_in(study, said, made="independently", name="codings.csv"):
    """Import codings: of each coder, a function from the passage's number to values."""
    sheet = study.home / name
    with sheet.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("transcript", "start", "end", "coder", "values"))
        for number, row in enumerate(passages_of(study).itertuples()):
            for coder, values in said.items():
                table.writerow((row.transcript, row.start, row.end, coder, values(number)))
    import_codings(study.folder, sheet, made)


def test_codings_made_elsewhere_become_a_panel(coded):
    """Each coder's answers stand under a letter, by passage; values they did not name are an explicit no."""
    told = gather(coded.folder)
    panel = told.panel("independent", "choice")

    assert ("Reader A", "Reader B") == panel.coders
    assert 17 == len(panel.places)
    assert [11, 11] == (panel.codes == 1).sum(axis=0).tolist()
    assert 10 == int((panel.codes == 1).all(axis=1).sum())
    assert {0, 1} == set(panel.codes.ravel().tolist())
    assert not {"Ada", "Bea"} & set(told.answers["coder"])


def test_the_machine_says_what_is_suggested_now(coded):
    """Every passage has a score and a yes or no for every value; yes is what is suggested."""
    told = gather(coded.folder)
    suggested = told.machine[told.machine["suggested"]]
    listed = coded.ask("SELECT excerpt_id, value_id FROM suggestion_list WHERE kind = 'passage'")

    assert 17 * 3 == len(told.machine)
    names = told.passages["excerpt_id"].iloc[suggested["place"]].tolist()
    assert {(row["excerpt_id"], row["value_id"]) for row in listed} == set(
        zip(names, suggested["value_id"], strict=True)
    )


def test_each_way_of_reading_is_a_source_of_its_own(study):
    """Blind, own-first and assisted readings, and imported ones by how they were made, never share a source."""
    bring_in(study, {"Ada": lambda _: "none"})
    bring_in(study, {"Bea": lambda _: "none"}, "after-suggestions", "after.csv")
    bring_in(study, {"Cyd": lambda _: "none"}, "unknown", "unknown.csv")
    with lasting(study) as desk:
        dee = desk.reader("Dee")
        ids = [row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM suggestion_list WHERE kind = 'passage'")]
        blind, assisted, unfinished = list(dict.fromkeys(ids))[:3]
        desk.decide(desk.blind(dee, blind), "done", {"choice": "yes"})
        desk.drawn(dee, assisted, unfinished, arm="assisted")
        other = desk.serve(dee, assisted)
        desk.show(dee, assisted)
        desk.decide(other, "done", {"common": "yes"})
        desk.decide(desk.blind(dee, unfinished), "unsure")

    told = gather(study.folder)
    by_source = told.readings.groupby("source")["finished"].agg(["size", "sum"])

    assert {"blind", "independent", "imported after suggestions", "imported, nobody knows how"} < set(by_source.index)
    assert (2, 1) == tuple(by_source.loc["blind"])
    assert (17, 17) == tuple(by_source.loc["independent"])
    assert set(by_source.index) - set(COMPARABLE) <= set(REFUSED)
    assert 3 == len(told.answers[told.answers["source"] == "blind"])
    assert ("Reader A",) == told.panel("blind", "choice").coders
    assert ("Reader B",) == told.panel("independent", "choice").coders


def test_one_person_is_one_cluster_and_a_group_is_one(coded):
    """Transcripts of one participant share a cluster; a group recording, and a text without speakers, is one."""
    coded.do(
        "UPDATE speaker_beliefs SET participant_id = 'P01' WHERE participant_id IS NOT NULL AND speaker_id IN "
        "(SELECT s.id FROM speakers s JOIN transcripts t ON t.id = s.transcript_id WHERE t.source LIKE '%garden%' "
        "OR t.source LIKE '%first-meeting%')"
    )
    told = gather(coded.folder)
    clusters = told.passages.groupby("transcript")["cluster"].agg(lambda own: "".join(sorted(set(own))))

    assert "P01" == clusters[coded.transcript("garden.txt")] == clusters[coded.transcript("first-meeting.csv")]
    assert coded.transcript("evening.vtt") == clusters[coded.transcript("evening.vtt")]
    assert 3 == clusters.nunique()


def test_the_report_gives_the_number_that_the_functions_give(coded):
    """One number per value: report, files and `Study.agreement` say the same, and it is alpha of the codings."""
    made, files = report(coded.folder, coded.home / "report")
    codings = package.open_study(coded.folder).codings()
    wide = codings[codings["value_id"] == "choice"].pivot(index="excerpt_id", columns="coder", values="answer")
    expected = agreement.krippendorff_alpha(wide).value
    told = package.open_study(coded.folder).agreement()
    numbers = pd.read_csv(coded.home / "report" / "numbers.csv")
    content = json.loads((coded.home / "report" / "report.json").read_text("utf-8"))

    assert {path.name for path in files} == FILES
    assert made.summary[0].people.estimate == pytest.approx(expected)
    assert told.summary["people"].iloc[0] == pytest.approx(expected)
    assert 17 == told.summary["people_n"].iloc[0]
    for table in (
        numbers,
        told.numbers,
        pd.DataFrame([one for section in content["sections"] for one in section["numbers"]]),
    ):
        [row] = table[
            (table["section"] == 2) & (table["value_id"] == "choice") & (table["estimator"] == ALPHA)
        ].itertuples()
        assert row.estimate == pytest.approx(expected)
        assert (17, "independent") == (row.n, row.source)
    assert set(told.disagreements["source"]) == {"independent"}
    assert len(told.reliability) == 17 * 3
    assert f"{expected:.2f}" in (coded.home / "report" / "report.html").read_text("utf-8")


def test_nobodys_words_and_no_names_are_in_a_report(coded):
    """No file holds words of a transcript, a coder's name, the study's folder or a clock."""
    _, files = report(coded.folder, coded.home / "report")
    for path in files:
        text = path.read_text("utf-8")
        assert "neighbour" not in text
        assert "Ada" not in text
        assert "Bea" not in text
        assert str(coded.home) not in text


def test_the_same_study_gives_the_same_bytes(coded, tmp_path):
    """In another process, with other hashes of strings and another time zone, every file is the same to the byte."""
    _, files = report(coded.folder, tmp_path / "here")
    code = "import sys, pathlib, tagger.steps.agreement as a; a.report(*map(pathlib.Path, sys.argv[1:]))"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    subprocess.run([sys.executable, "-c", code, coded.folder, tmp_path / "there"], env=environment, check=True)

    for path in files:
        assert path.read_bytes() == (tmp_path / "there" / path.name).read_bytes(), path.name


def test_assisted_readings_are_refused_in_the_api_too(coded):
    """Asking for numbers of readings that saw suggestions is an error that says why."""
    study = package.open_study(coded.folder)
    with pytest.raises(UsageError, match="people who see suggestions adopt them"):
        study.agreement(source="assisted")
    with pytest.raises(UsageError, match="there is no source 'manual'"):
        study.agreement(source="manual")

    assert {"independent"} == set(study.agreement(source="independent").numbers["source"])
    assert study.agreement(source="blind").numbers.empty


def test_a_report_can_be_of_one_dataset(coded):
    """Only what lies in the dataset counts; a name that is not there is an error that names those that are."""
    coded.run(dataset="second")

    assert 17 == len(gather(coded.folder, "general").passages)
    assert gather(coded.folder, "second").answers.empty
    assert "Small, second" in measure(coded.folder, "second").title
    with pytest.raises(UsageError, match="no dataset 'third'") as caught:
        gather(coded.folder, "third")
    assert "general, second" in str(caught.value)


def test_a_value_that_means_something_else_here_is_a_value_of_its_own(coded):
    """A value whose meaning a framework of another dataset revised is not added to the one it stands for."""
    coded.run(dataset="second")
    coded.do("INSERT INTO frameworks SELECT 'other', 'others', version, title, content FROM frameworks LIMIT 1")
    coded.do(
        "INSERT INTO framework_values SELECT 'other', value_id, position, name, layer, unit, value_id, "
        "value_id = 'choice' FROM framework_values"
    )
    coded.do("UPDATE scorings SET framework_id = 'other' WHERE dataset = 'second'")

    told = gather(coded.folder)

    assert ["choice", "common", "two-way", "choice@others"] == [value.id for value in told.values]
    assert "Choice (second)" == told.names()["choice@others"]
    second = told.passages.index[told.passages["dataset"] == "second"]
    assert {"choice@others", "common", "two-way"} == set(told.machine[told.machine["place"].isin(second)]["value_id"])


def test_an_empty_study_gets_a_report_that_says_what_would_fill_it(fresh):
    """Nothing was read, tagged or coded: each section says what it waits for."""
    made, files = report(fresh.folder, fresh.home / "report")

    assert {path.name for path in files} == FILES
    assert made.headline.startswith("Nobody has read anything")
    assert () == made.numbers
    assert made.sections[0].empty


def test_a_study_that_is_served_can_be_measured(coded):
    """While people read, the report is made through the process that keeps the study open, and is the same."""
    alone = measure(coded.folder)
    with served(coded.folder):
        meanwhile = measure(coded.folder)

    assert alone == meanwhile


def test_a_folder_that_cannot_be_written_is_said(coded, tmp_path):
    """A file in the way of the report's folder is an error, and nothing of the study changes."""
    (tmp_path / "file").write_text("mine", "utf-8")
    before = coded.sizes()
    with pytest.raises((UsageError, StoreError)) as caught:
        report(coded.folder, tmp_path / "file")
    assert "file" in str(caught.value)
    assert before == coded.sizes()
    assert "mine" == (tmp_path / "file").read_text("utf-8")


@pytest.mark.parametrize("place", [".", "inbox", "inbox/new", "frameworks", "models/report", ".prefect"])
def test_a_report_among_a_study_s_own_files_is_refused(place, fresh):
    """The study's folder, and those it keeps its own files in, take no report; nothing is written."""
    before = sorted(path for path in fresh.folder.rglob("*"))
    with pytest.raises(UsageError, match=r"keeps its own files there.* -o .*/report"):
        report(fresh.folder, fresh.folder / place)

    assert before == sorted(path for path in fresh.folder.rglob("*"))


def test_a_report_may_lie_in_a_folder_of_its_own_inside_the_study(fresh, monkeypatch):
    """STUDY/report is a natural place, also where it is named from inside of the study, and twice."""
    monkeypatch.chdir(fresh.folder)
    for _ in range(2):
        _, files = report(fresh.folder, Path("reports/may"))

    assert {fresh.folder / "reports" / "may" / name for name in FILES} == {path.resolve() for path in files}


def test_another_study_is_no_place_for_a_report(fresh, study):
    """Where the folder holds another study, its files are left alone, too."""
    with pytest.raises(UsageError, match="keeps its own files"):
        report(fresh.folder, study.folder)


def test_the_command_prints_the_first_screen(coded, tagger, tmp_path):
    """`tagger agreement` writes the report, and says the headline, a line a value, and where the page is."""
    said = tagger("agreement", "--study", coded.folder, "-o", tmp_path / "report")

    assert 0 == said.code
    assert "people with people" in said.out
    assert "Choice" in said.out
    assert str(tmp_path / "report" / "report.html") in said.out
    assert (tmp_path / "report" / "report.html").exists()

    file = tmp_path / "file"
    file.write_text("mine", "utf-8")
    refused = tagger("agreement", "--study", coded.folder, "-o", file)
    assert (2, "") == (refused.code, refused.out)
    assert "is a file" in refused.err

    wrong = tagger("agreement", "--study", coded.folder, "-o", tmp_path / "report", "--dataset", "nowhere")
    assert 1 == wrong.code
    assert "there is no dataset 'nowhere'" in wrong.err
    assert "Traceback" not in wrong.err


def test_an_audit_says_what_the_suggestions_miss(study):
    """Once all passages were drawn and read, recall is the plain share, and its readings are a source of their own."""
    with lasting(study) as desk:
        ann = desk.reader("Ann")
        draw(desk.db, Wanted("general", (ann,), dict.fromkeys(STRATA, 1000), 7), desk.tick())
        review = ReviewSettings(blind_share=0.0, double_share=0.0, readers=1)
        read = 0
        while True:
            prepare(desk.db, ann, "general", review, 3, desk.tick())
            one = next_serving(desk.db, ann, Queue("general"), review, str(uuid4()), desk.tick())
            if one is None:
                break
            desk.decide(one, "done", {"choice": "yes"} if read < 12 else {})
            read += one.reason == "audit"
    told = gather(study.folder)
    found = {one.estimator: one for one in coverage(told, 1).numbers if one.value_id == "choice"}
    audited = told.answers[told.answers["source"] == "audit"]
    yes = audited[(audited["value_id"] == "choice") & audited["yes"]]["place"]
    suggested = told.machine[(told.machine["value_id"] == "choice") & told.machine["suggested"]]["place"]

    assert 17 == read == len(told.audit)
    assert 17 == told.answers[told.answers["source"] == "audit"]["place"].nunique()
    assert found["stratified_recall (recall)"].estimate == pytest.approx(len(set(yes) & set(suggested)) / 12)
    assert found["stratified_recall (prevalence)"].estimate == pytest.approx(12 / 17)
    assert found["stratified_recall (recall)"].n == 17


def test_what_came_after_an_audit_was_drawn_is_counted(study):
    """A transcript that is added later was no part of the frame, and the evidence has its passages as such."""
    with lasting(study) as desk:
        draw(desk.db, Wanted("general", (desk.reader("Ann"),), dict.fromkeys(STRATA, 3), 7), desk.tick())
    before = gather(study.folder)
    later = study.home / "later.txt"
    later.write_text(
        "Interviewer: And then?\n\nWilhelmina: Then I came every week, and I still do.\n", encoding="utf-8"
    )
    study.run(later)
    after = gather(study.folder)

    came = len(after.passages) - len(before.passages)
    assert {} == json.loads(before.facts["audit_since"])
    assert {"general": came} == json.loads(after.facts["audit_since"])
    assert came > 0
    assert {"general"} == set(json.loads(after.facts["audit_datasets"]).values())


def test_what_was_read_blind_before_answers_an_audit_too(study):
    """A passage read blind by chance, and drawn for an audit afterwards, counts in both, and is read once."""
    with lasting(study) as desk:
        ann = desk.reader("Ann")
        [first, *_] = [
            row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage'")
        ]
        desk.decide(desk.blind(ann, first), "done", {"choice": "yes"})
        draw(desk.db, Wanted("general", (ann,), dict.fromkeys(STRATA, 1000), 7), desk.tick())
    told = gather(study.folder)

    assert [("audit", 3), ("blind", 3)] == sorted(told.answers["source"].value_counts()[["audit", "blind"]].items())
    assert 1 == told.answers["place"].nunique()


def test_what_is_done_after_the_suggestions_changes_no_blind_reading(study):
    """A blind reading that was finished stays so when its reader turns unsure later, and one left unsure stays out."""
    with lasting(study) as desk:
        ann = desk.reader("Ann")
        ids = [row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM suggestion_list WHERE kind = 'passage'")]
        finished, unsure = list(dict.fromkeys(ids))[:2]
        for excerpt, before, after in ((finished, "done", "unsure"), (unsure, "unsure", "done")):
            one = desk.blind(ann, excerpt)
            desk.decide(one, before, {"choice": "yes"} if before == "done" else {})
            desk.show(ann, excerpt)
            desk.decide(one, after, {"choice": "no"} if after == "done" else {})
    told = gather(study.folder)
    blind = told.readings[told.readings["source"] == "blind"]
    names = told.passages["excerpt_id"].iloc[blind["place"]]

    assert {finished: True, unsure: False} == dict(zip(names, blind["finished"], strict=True))
    said = told.answers[(told.answers["source"] == "blind") & (told.answers["value_id"] == "choice")]
    assert [True] == said["yes"].tolist()


def test_something_not_on_the_list_belongs_to_the_readings_that_saw_it(study):
    """It counts from the act on, beside values too, and not once the same person said that nothing is here."""
    with lasting(study) as desk:
        ann = desk.reader("Ann")
        ids = [row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM suggestion_list WHERE kind = 'passage'")]
        left, done, taken_back, none = list(dict.fromkeys(ids))[:4]
        readings = {excerpt: desk.blind(ann, excerpt) for excerpt in (left, done, taken_back, none)}
        for excerpt in (left, done, taken_back):
            desk.decide(readings[excerpt], "something not on our list")
        desk.decide(readings[done], "done", {"choice": "yes"})
        desk.decide(readings[taken_back], "nothing here")
        desk.decide(readings[none], "done", {"choice": "yes"})
    told = gather(study.folder)
    blind = told.readings[told.readings["source"] == "blind"]
    names = told.passages["excerpt_id"].iloc[blind["place"]]

    assert {left: True, done: True, taken_back: False, none: False} == dict(zip(names, blind["unlisted"], strict=True))
    assert {left: False, done: True, taken_back: True, none: True} == dict(zip(names, blind["finished"], strict=True))


def test_words_that_were_cut_anew_count_once(coded):
    """After another cutting was read too, no two passages of a report overlap, and what is left out is said."""
    coded.set("max_words = 30")
    coded.set("min_words = 10")
    coded.run()
    before = gather(coded.folder)
    assert not before.passages["current"].all()
    assert 34 == len(before.readings)

    bring_in(coded, {"Ada": lambda _: "Choice", "Bea": lambda _: "none"}, name="again.csv")
    told = gather(coded.folder)
    for _, own in told.passages.sort_values(["transcript", "start"]).groupby("transcript"):
        assert (own["start"].to_numpy()[1:] >= own["end"].to_numpy()[:-1]).all()
    assert "cut anew" in told.facts["left_out"]


def test_one_turn_without_a_speaker_parts_no_cluster(coded):
    """A participant's transcript stays theirs though somebody unknown says a line in it."""
    coded.do(
        "UPDATE turns SET speaker_id = NULL WHERE position = (SELECT min(position) FROM turns t JOIN revisions r "
        "ON r.id = t.revision_id JOIN transcripts s ON s.id = r.transcript_id WHERE s.source LIKE '%garden%') "
        "AND revision_id IN (SELECT r.id FROM revisions r JOIN transcripts s ON s.id = r.transcript_id "
        "WHERE s.source LIKE '%garden%')"
    )
    told = gather(coded.folder)
    own = told.passages[told.passages["transcript"] == coded.transcript("garden.txt")]["cluster"].unique()

    assert 1 == len(own)
    assert coded.transcript("garden.txt") != own[0]


def test_values_of_frameworks_that_share_only_a_name_are_not_joined(coded):
    """A framework that has nothing to do with the other may call something else by the same id."""
    coded.run(dataset="second")
    coded.do("INSERT INTO frameworks SELECT 'other', 'debts', version, title, content FROM frameworks LIMIT 1")
    coded.do(
        "INSERT INTO framework_values SELECT 'other', value_id, position, 'Freedom from debt', layer, unit, NULL, "
        "false FROM framework_values WHERE value_id = 'choice'"
    )
    coded.do("UPDATE scorings SET framework_id = 'other' WHERE dataset = 'second'")
    names = gather(coded.folder).names()

    assert "Choice" == names["choice"]
    assert ["Freedom from debt (second)"] == [name for key, name in names.items() if key.startswith("choice@debts")]


def test_an_audit_of_one_dataset_leaves_the_others_alone(coded):
    """A value that the audited dataset does not have has no readings of the audit, and the report is made."""
    coded.run(dataset="second")
    coded.do("INSERT INTO frameworks SELECT 'other', 'others', version, title, content FROM frameworks LIMIT 1")
    coded.do(
        "INSERT INTO framework_values SELECT 'other', 'hope', position, 'Hope', layer, unit, NULL, false "
        "FROM framework_values WHERE value_id = 'choice'"
    )
    coded.do("UPDATE scorings SET framework_id = 'other' WHERE dataset = 'second'")
    with lasting(coded) as desk:
        ann = desk.reader("Ann")
        draw(desk.db, Wanted("general", (ann,), dict.fromkeys(STRATA, 1000), 7), desk.tick())
        review = ReviewSettings(blind_share=0.0, double_share=0.0, readers=1)
        prepare(desk.db, ann, "general", review, 3, desk.tick())
        desk.decide(next_serving(desk.db, ann, Queue("general"), review, str(uuid4()), desk.tick()), "nothing here")

    made = measure(coded.folder)

    assert "Hope" in {row.value for row in made.summary}
    assert "audit" in {row[0] for row in made.matrix.rows}


def test_a_study_of_before_is_brought_up_to_date_first(coded):
    """A study whose schema lacks the newest step is migrated, and its codings are in the report."""
    with Store(coded.folder).session("a test") as database:
        database.run("DELETE FROM migrations WHERE number = 4")
        database.run("DROP VIEW audit_list")
        for table in ("audit_cells", "audit_passages"):
            database.run(f"DROP TABLE {table} CASCADE")

    assert measure(coded.folder).summary[0].people.estimate is not None


def test_the_days_of_readings_come_from_decisions_made_here(study):
    """A reading has the day of its decision and the version it was made under; an imported one has no day."""
    bring_in(study, {"Ada": lambda _: "none"})
    with lasting(study) as desk:
        dee = desk.reader("Dee")
        [first, second, *_] = [
            row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage'")
        ]
        desk.decide(desk.blind(dee, first), "done", {"choice": "yes"})
        desk.now = datetime(2026, 1, 13, 0, 5)
        desk.decide(desk.blind(dee, second), "nothing here")
    told = gather(study.folder)
    days = told.readings.groupby("source")["read_on"].agg(lambda own: sorted(set(own)))

    assert ["2026-01-05", "2026-01-13"] == days["blind"]
    assert [""] == days["independent"]
    assert {"small 1.0"} == set(told.readings["framework"])
    assert "not recorded" == told.facts["Training of readers"]


def test_training_that_is_stored_is_told(study):
    """Readers with a day of training before their reading are counted."""
    bring_in(study, {"Ada": lambda _: "none"})
    with lasting(study) as desk:
        desk.add("coders", id="Ben", name="Ben", role="reviewer", trained_on=date(2025, 5, 1), added_at=desk.tick())
        [first, *_] = [
            row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM excerpt_list WHERE kind = 'passage'")
        ]
        desk.decide(desk.blind("Ben", first), "nothing here")

    assert (
        "1 of 2 readers before they read; not recorded for others" == gather(study.folder).facts["Training of readers"]
    )


def test_an_interviewer_is_known_by_the_pseudonym_of_the_sheet(coded):
    """Who asks is known over several transcripts where they were given one pseudonym, and nowhere else."""
    coded.do(
        "INSERT INTO participants VALUES ('I90'); "
        "INSERT INTO speaker_beliefs SELECT speaker_id, number + 1, true, standing, 'I90', 'corrected', 'a run' "
        "FROM speaker_list s JOIN transcripts t ON t.id = s.transcript_id WHERE s.asks AND t.source LIKE '%garden%'"
    )
    passages = gather(coded.folder).passages
    known = passages.groupby("transcript")["interviewer"].agg(lambda own: "".join(sorted(set(own))))

    assert "I90" == known[coded.transcript("garden.txt")]
    assert {""} == set(known.drop(coded.transcript("garden.txt")))


def test_readings_of_exchanges_are_counted_as_left_out(study):
    """An exchange is no passage: what somebody said of it is in no number, and section 0 counts it."""
    with lasting(study) as desk:
        dee = desk.assist(desk.reader("Dee"))
        [exchange, *_] = [
            row["excerpt_id"] for row in desk.ask("SELECT excerpt_id FROM excerpt_list WHERE kind = 'exchange'")
        ]
        desk.decide(desk.serve(dee, exchange), "done", {"two-way": "yes"})
    told = gather(study.folder)

    assert 1 == json.loads(told.facts["left_out"])["of exchanges, whose words lie in passages too"]
    assert told.readings.empty

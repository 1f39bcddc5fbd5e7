"""Versions of a list: proposed, consented to, used, shown again; what was read keeps the version it was read with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from desk import lasting, tried
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from small_study import copied
from visitor import reading_at

from tagger.config import ConsentSettings
from tagger.consent import POSITIONS
from tagger.errors import UsageError
from tagger.framework_edits import Place, Words, added, merged, moved, next_version, retired, reworded, split
from tagger.frameworks import digest, from_json, load_framework, shipped_frameworks, to_json, to_yaml
from tagger.records import Framework
from tagger.review.consent import changes
from tagger.review.consent.changes import Draft
from tagger.review.consent.history import history, lines

READERS = ("Ann", "Ben", "Cora")
CONSENT = ConsentSettings(days=3)
BOUNDS = bounds(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
TEXTS = st.lists(WORDS, max_size=3, unique=True)


@st.composite
def words(draw: st.DrawFn) -> Words:
    """Make up what somebody writes of a value."""
    fields = ("counts", "does_not_count", "cues", "examples")
    return Words(draw(WORDS), draw(WORDS), {field: draw(TEXTS) for field in fields})


def changed(draw: st.DrawFn, base: Framework, version: str) -> Framework:
    """Make one change of any kind, of a list that allows it."""
    ids = [value.id for value in base.values]
    place = Place(
        draw(st.sampled_from([layer.id for layer in base.layers])),
        draw(st.sampled_from(["", "A layer"])),
        draw(st.sampled_from(["", *ids])),
    )
    one, said = draw(st.sampled_from(ids)), draw(words())
    kinds = {
        "reword": lambda: reworded(base, version, one, said, revised=draw(st.booleans())),
        "add": lambda: added(base, version, said, place),
        "move": lambda: moved(base, version, one, place),
        "retire": lambda: retired(base, version, one),
        "merge": lambda: merged(base, version, draw(st.permutations(ids))[:2], said, place),
        "split": lambda: split(base, version, one, [said, replace(said, name=said.name + "x")]),
    }
    try:
        return kinds[draw(st.sampled_from(sorted(kinds)))]()
    except UsageError:
        return added(base, version, said, place)


@pytest.fixture
def desk(open_study):
    """Return a desk with three readers."""
    with tried(open_study) as desk:
        for name in READERS:
            desk.assist(desk.reader(name))
        yield desk


def used(desk) -> Framework:
    """Return the list that is in use."""
    [identity] = changes.in_use(desk.db, "small")
    return from_json(desk.one("SELECT content FROM frameworks WHERE id = $id", id=identity))


def put(desk, proposed, base=None, *, reader="Ann", reason="We talked about it.", identity=None, **more):
    """Propose a version; return the id."""
    identity = identity or str(uuid4())
    draft = Draft(base or used(desk), proposed, reason, **more)
    changes.propose(desk.db, draft, CONSENT, id=identity, coder_id=reader, now=desk.tick())
    return identity


def say(desk, reader, proposal, position="agree", reason="", change=None):
    """State where somebody stands; return the versions that took effect."""
    return changes.take_position(
        desk.db, change or proposal, proposal, position, reason,
        id=str(uuid4()), coder_id=reader, now=desk.tick(),
    )  # fmt: skip


def trust(base, version="1.1", name="Trust"):
    """Add a value."""
    return added(base, version, Words(name, "Relying on each other.", {}), Place(base.layers[0].id))


# Files ----------------------------------------------------------------------------------------------------------------


@BOUNDS
@given(st.data())
def test_a_version_written_as_a_file_is_the_same_when_it_is_read_again(tmp_path, data):
    """Whatever was changed on the way, `show --yaml` gives a file of the same digest, with what it was made from."""
    known = [data.draw(st.sampled_from(shipped_frameworks()))]
    if data.draw(st.booleans()):
        known = [load_framework("side-by-side"), known[0]]
    for _ in range(data.draw(st.integers(0, 4))):
        known.append(changed(data.draw, known[-1], next_version(known[-1].version, ())))
    newest = known[-1]
    base = next((one for one in [*shipped_frameworks(), *known] if f"{one.id}@{one.version}" == newest.made_from), None)
    file = tmp_path / "again.yaml"
    file.write_text(to_yaml(newest, base), "utf-8")

    again = load_framework(file, held=known[:-1])

    assert digest(newest) == digest(again)
    assert replace(newest, citation=again.citation) == again
    assert newest == from_json(to_json(newest))


def test_version_numbers_count_up_past_those_that_are_taken():
    """The last number counts up; a version without one gets one."""
    assert ["1.1", "1.3", "draft.1", "3"] == [
        next_version("1.0", ()),
        next_version("1.0", ("1.1", "1.2")),
        next_version("draft", ()),
        next_version("2", ()),
    ]


# Consent --------------------------------------------------------------------------------------------------------------


def test_a_change_takes_effect_when_all_have_answered(desk):
    """Two of three are not enough before the day; with the third it is in use, once, and shown in the history."""
    before = used(desk)
    proposal = put(desk, trust(before))
    assert "answer" == changes.changes(desk.db, desk.now)[0].standing("Ben")
    assert [] == say(desk, "Ben", proposal)
    assert digest(before) == digest(used(desk))

    [agreed] = say(desk, "Cora", proposal, "can live with", "I would call it Reliance")

    assert agreed == used(desk)
    assert [] == changes.adopt_what_stands(desk.db, desk.tick())
    told = "\n".join(lines(history(desk.db, "small", desk.now)))
    assert "1.1" in told
    assert "Why: We talked about it." in told
    assert "Reader C: can live with: I would call it Reliance" in told
    with pytest.raises(UsageError, match="in use already"):
        say(desk, "Ben", proposal, "object", "Too late")


def test_an_objection_holds_it_until_an_amended_round_is_agreed(desk):
    """The second round names another version; the first is kept with its objection."""
    base = used(desk)
    first = put(desk, trust(base))
    say(desk, "Ben", first, "object", "The name is a charity's")
    say(desk, "Cora", first)
    assert "held" == changes.changes(desk.db, desk.now)[0].standing("Ann")

    second = put(desk, trust(base, "1.2", "Relying on each other"), change_id=first, number=2)
    say(desk, "Ben", second, change=first)
    [agreed] = say(desk, "Cora", second, change=first)

    assert "1.2" == agreed.version
    assert ["object", "agree"] == [one.of("Ben") for one in changes.changes(desk.db, desk.now)[0].rounds]


def test_after_the_day_two_answers_are_enough_and_whoever_looks_first_sees_to_it(desk):
    """Nobody need be there when the time runs out: the next look does it."""
    proposal = put(desk, trust(used(desk)))
    say(desk, "Ben", proposal)
    desk.now += timedelta(days=5)
    assert changes.something_stands(desk.db, desk.now)

    assert ["1.1"] == [one.version for one in changes.adopt_what_stands(desk.db, desk.tick())]
    assert not changes.something_stands(desk.db, desk.now)


def test_of_two_changes_of_one_version_the_second_is_held(desk):
    """The one proposed first takes effect; the other was written for a list that is no more, and says so."""
    base = used(desk)
    first, second = put(desk, trust(base)), put(desk, trust(base, "1.2", "Hope"), reader="Ben")
    for reader in ("Ann", "Cora"):
        say(desk, reader, second)
    # The second took effect first: it stood first.
    assert "1.2" == used(desk).version
    say(desk, "Ben", first)
    say(desk, "Cora", first)

    assert "1.2" == used(desk).version
    assert ["overtaken", "in use"] == [one.standing("Ann") for one in changes.changes(desk.db, desk.now)]
    assert "another change took effect first" in "\n".join(lines(history(desk.db, "small", desk.now)))
    with pytest.raises(UsageError, match="the list was changed meanwhile"):
        put(desk, trust(base, "1.3", "Joy"), base)


def test_what_cannot_be_proposed(desk):
    """No reason, a version that is taken, and the same form twice."""
    base = used(desk)
    with pytest.raises(UsageError, match="not said why"):
        put(desk, trust(base), reason=" ")
    identity = put(desk, trust(base))
    put(desk, trust(base), identity=identity)
    assert 1 == len(changes.changes(desk.db, desk.now))
    with pytest.raises(UsageError, match=r"another version 1\.1 already"):
        put(desk, trust(base, name="Hope"))


# Nothing is lost ------------------------------------------------------------------------------------------------------

HUMAN = ("decisions", "codings", "coding_answers", "decision_answers", "positions", "proposals", "framework_changes")


def past(desk):
    """Return everything that people did and every version there is, by table."""
    rows = {table: {tuple(map(str, row.values())) for row in desk.ask(f"SELECT * FROM {table}")} for table in HUMAN}
    versions = {row["id"]: row["content"] for row in desk.ask("SELECT id, content FROM frameworks")}
    return rows, versions


@BOUNDS
@given(st.data())
def test_no_sequence_of_changes_and_decisions_loses_or_alters_anything(open_study, data):
    """Whatever is read, proposed, merged, split, retired and adopted: what was there before is there, as it was."""
    with tried(open_study) as here:
        for name in READERS:
            here.assist(here.reader(name))
        excerpts = [row["excerpt_id"] for row in here.ask("SELECT excerpt_id FROM live_excerpts ORDER BY 1")]
        for _ in range(data.draw(st.integers(1, 6))):
            rows, versions = past(here)
            act = data.draw(st.sampled_from(["read", "propose", "say", "look"]))
            reader = data.draw(st.sampled_from(READERS))
            if act == "read":
                served = here.serve(reader, data.draw(st.sampled_from(excerpts)))
                here.decide(served, data.draw(st.sampled_from(["done", "nothing here", "unsure"])))
            elif act == "propose":
                taken = [row["version"] for row in here.ask("SELECT version FROM frameworks")]
                put(here, changed(data.draw, used(here), next_version(used(here).version, taken)), reader=reader)
            elif act == "say":
                for change in changes.changes(here.db, here.now):
                    if not change.adopted_at:
                        say(here, reader, change.newest.id, data.draw(st.sampled_from(POSITIONS)), "so", change.id)
            else:
                here.now += timedelta(days=data.draw(st.integers(0, 4)))
                changes.adopt_what_stands(here.db, here.tick())
            rows_now, versions_now = past(here)
            assert all(rows[table] <= rows_now[table] for table in HUMAN)
            assert versions.items() <= versions_now.items()
        for identity, content in past(here)[1].items():
            assert identity == digest(from_json(content)) or "small" not in content


MADE_WITH = {
    "list": "SELECT content FROM frameworks WHERE id = $id",
    "suggestions": "SELECT s.* FROM suggestions s JOIN scorings c ON c.id = s.scoring_id WHERE c.framework_id = $id",
    "scores": "SELECT s.* FROM scores s JOIN scorings c ON c.id = s.scoring_id WHERE c.framework_id = $id",
    "decisions": "SELECT * FROM decisions WHERE framework_id = $id",
    "codings": "SELECT * FROM codings WHERE framework_id = $id",
    "answers": "SELECT a.* FROM coding_answers a JOIN codings c ON c.id = a.coding_id WHERE c.framework_id = $id",
}


def made_with(study, identity):
    """Return all that there is of one version, by table."""
    return {name: study.ask(f"{sql} ORDER BY ALL", id=identity) for name, sql in MADE_WITH.items()}


@bounds(BOUNDS, max_examples=3)
@given(st.data())
def test_what_was_made_with_a_version_is_shown_again_exactly_whatever_comes_after_it(tagged, tmp_path_factory, data):
    """Changes of any kind are read with, agreed on and run with, one after another, and a second run adds nothing."""
    study, seen = copied(tagged, tmp_path_factory.mktemp("versions")), {}
    for _ in range(data.draw(st.integers(1, 3))):
        with lasting(study) as desk:
            desk.now += timedelta(days=len(seen))
            for name in READERS if not seen else ():
                desk.assist(desk.reader(name))
            [base] = desk.ask("SELECT framework_id FROM current_scorings WHERE framework = 'small'")
            for excerpt in desk.ask("SELECT excerpt_id FROM excerpt_list ORDER BY start, excerpt_id LIMIT 3"):
                served = desk.serve(data.draw(st.sampled_from(READERS)), excerpt["excerpt_id"])
                desk.decide(served, data.draw(st.sampled_from(["done", "nothing here", "unsure"])))
            taken = [row["version"] for row in desk.ask("SELECT version FROM frameworks")]
            proposal = put(desk, changed(data.draw, used(desk), next_version(used(desk).version, taken)))
            say(desk, "Ben", proposal, "can live with")
            [agreed] = say(desk, "Cora", proposal)
        seen[base["framework_id"]] = made_with(study, base["framework_id"])
        study.run()
        assert digest(agreed) == study.one("SELECT framework_id FROM current_scorings WHERE framework = 'small'")
        sizes = study.sizes()
        study.run()
        assert sizes == study.sizes()

    for identity, before in seen.items():
        assert before == made_with(study, identity)


# At the terminal ------------------------------------------------------------------------------------------------------


def test_an_unknown_name_or_version_says_which_there_are(tagger, study):
    """Exit code 2, and the versions that there are."""
    said = tagger("framework", "diff", "small@9", "small", "--study", study.folder)
    assert 2 == said.code
    assert "there is no version 9 of the framework 'small'. There is: " in said.err
    assert 2 == tagger("framework", "show", "smal", "--study", study.folder).code
    assert 2 == tagger("framework", "history", "nothing", "--study", study.folder).code


def test_a_changed_file_is_proposed_agreed_on_and_used(tagger, study, tmp_path):
    """From an edited file to suggestions made with it: each step says what it did, and a file that differs is named."""
    with lasting(study) as desk:
        for name in READERS:
            desk.assist(desk.reader(name))
    at = ("--study", study.folder)
    file = tmp_path / "small.yaml"
    text = (study.folder / "frameworks" / "small.yaml").read_text("utf-8")
    file.write_text(text.replace('"1.0"', '"1.1"').replace("name: Choice\n", "name: A say\n"), "utf-8")
    proposal = ("framework", "propose", file, *at, "--reader", "Ann", "--reason", "It is more than choosing")
    assert "it is not said whether what was read before still holds for: choice" in tagger(*proposal).err

    said = tagger(*proposal, "--same", "choice")

    assert "small 1.1 is proposed in the place of 1.0. Asked: Reader B, Reader C." in said.out
    with lasting(study) as desk:
        [change] = changes.changes(desk.db, desk.now)
        for name in ("Ben", "Cora"):
            say(desk, name, change.newest.id, change=change.id)
    assert "you agreed on small 1.1, and its suggestions are those of 1.0" in tagger("status", *at).out
    assert 0 == tagger("run", *at, "--engine", "local").code
    assert "you agreed on" not in tagger("status", *at).out
    assert "A say" in tagger("framework", "show", "small", *at).out
    assert "Choice is now called A say." in tagger("framework", "diff", "small@1.0", "small@1.1", *at).out
    assert "It is more than choosing" in tagger("framework", "history", "small", *at).out
    (study.folder / "frameworks" / "small.yaml").write_text(text.replace('"1.0"', '"1.5"'), "utf-8")
    noted = tagger("run", *at, "--engine", "local").err
    assert "agreed on small 1.1, so that is used, and not the file" in noted
    again = tmp_path / "again.yaml"
    assert 0 == tagger("framework", "show", "small@1.1", *at, "--yaml", again).code
    assert "They are the same" in tagger("framework", "diff", "small@1.1", again, *at).out
    table = tmp_path / "changes.csv"
    assert 0 == tagger("export", *at, "--what", "list-changes", "--to", "csv", "-o", table).code
    assert 3 == table.read_text("utf-8").count("It is more than choosing")


def test_a_change_can_be_proposed_while_the_study_is_served(tagger, study, tmp_path):
    """The server that keeps the study open stores it, or says what is wrong with it."""
    with lasting(study) as desk:
        desk.assist(desk.reader("Ann"))
    file = tmp_path / "small.yaml"
    text = (study.folder / "frameworks" / "small.yaml").read_text("utf-8")
    file.write_text(text.replace('"1.0"', '"1.1"').replace("name: Choice\n", "name: A say\n"), "utf-8")
    words = ("framework", "propose", file, "--study", study.folder, "--reason", "So", "--revised", "choice", "--reader")
    with reading_at(study):
        assert "Zoe" in tagger(*words, "Zoe").err
        assert "small 1.1 is proposed" in tagger(*words, "Ann").out


def test_a_value_means_the_same_until_somebody_revises_it_and_never_again_what_it_meant(desk):
    """Revised twice is not as it was at first; what was only reworded means the same through all versions."""
    for version, revised in (("1.1", True), ("1.2", False), ("1.3", True)):
        base = used(desk)
        value = base.values[0]
        words = Words(f"{value.name} {version}", value.definition.text, {})
        proposal = put(desk, reworded(base, version, value.id, words, revised=revised))
        say(desk, "Ben", proposal)
        say(desk, "Cora", proposal)

    other = desk.ask(
        "SELECT f.version AS now, g.version AS then_, o.value_id AS value FROM other_meanings o "
        "JOIN frameworks f ON f.id = o.framework_id JOIN frameworks g ON g.id = o.read_with WHERE f.version > g.version"
    )

    assert {("1.1", "1.0"), ("1.2", "1.0"), ("1.3", "1.0"), ("1.3", "1.1"), ("1.3", "1.2")} == {
        (row["now"], row["then_"]) for row in other
    }
    assert {base.values[0].id} == {row["value"] for row in other}

"""Handing over: what somebody was still to read goes to others, blind as it was drawn, and nothing else goes along."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from datetime import timedelta
from functools import partial
from html import unescape
from uuid import uuid4

import pytest
from desk import AT_ONCE, OWN_FIRST, lasting, tried
from small_study import copied
from visitor import BEYOND, visitor

from tagger.config import ReviewSettings
from tagger.errors import UsageError
from tagger.review import packs, people
from tagger.review.audit import Wanted, draw
from tagger.review.audit.frame import STRATA
from tagger.review.hand_over import door, hand_over, left_behind, left_by_all
from tagger.review.hand_over.words import lines
from tagger.review.people.tokens import new_token
from tagger.review.progress import progress
from tagger.review.servings import Queue, next_serving, postpone, prepare
from tagger.review.web.visit import now
from tagger.store import serving

ALL = dict.fromkeys(STRATA, 1000)
ALONE = ReviewSettings(blind_share=0.0, double_share=0.0, readers=1)
GENERAL = Queue("general")
EVERYTHING = Queue("general", read="all")
HANDED = ("hand_overs", "handed_passages")
DRAWN = ("draw_id", "excerpt_id", "stratum", "inclusion_probability", "place")


@pytest.fixture
def desk(open_study):
    """Return a desk with three readers."""
    with tried(open_study) as desk:
        for name in ("Ann", "Ben", "Cat"):
            desk.reader(name)
        yield desk


def audited(desk, *readers, **more):
    """Draw all passages, or others, for an audit."""
    wanted = {"sizes": ALL, "seed": 7, **more}
    return draw(desk.db, Wanted("general", readers, **wanted), desk.tick()).draw_id


def handed(desk, name="Ann", *to, **more):
    """Hand over."""
    return hand_over(desk.db, name, to, str(uuid4()), desk.tick(), **more)


def planned(desk, name="Ann", *to):
    """Say what would be handed over."""
    return left_behind(desk.db, name, to, desk.tick())


def waiting(desk, who):
    """Return the passages of audits that wait for a person, with what is known of each draw."""
    rows = desk.ask(
        "SELECT k.* FROM audit_tasks k JOIN audit_list a "
        "ON a.draw_id = k.draw_id AND a.coder_id = k.coder_id AND a.excerpt_id = k.excerpt_id "
        "WHERE a.waits AND k.coder_id = $who",
        who=who,
    )
    return {row["excerpt_id"]: tuple(row[name] for name in DRAWN) for row in rows}


def served_next(desk, who, queue=GENERAL, review=ALONE):
    """Give a person what is next."""
    prepare(desk.db, who, queue.dataset, review, 3, desk.tick())
    return next_serving(desk.db, who, queue, review, str(uuid4()), desk.tick())


def read_all(desk, who, queue=GENERAL, review=ALONE, act="nothing here"):
    """Read a queue to its end, with a look at what is shown after each passage; return the servings."""
    found = []
    while one := served_next(desk, who, queue, review):
        desk.decide(one, act)
        desk.show(who, one.excerpt_id, review=review)
        found.append(one)
    return found


def packed(desk):
    """Hand Ann all that is left as a pack."""
    wanted = {str(uuid4()): "Ann"}
    return packs.make(desk.db, wanted, EVERYTHING, ALONE, n=packs.MOST, seed=3, now=desk.tick())


def human(desk):
    """Count the rows of every table of human work."""
    tables = (
        "decisions",
        "codings",
        "displays",
        "servings",
        "audit_passages",
        "hand_overs",
        "handed_passages",
        "draws",
    )
    return {table: desk.one(f"SELECT count(*) FROM {table}") for table in tables}


# Audits


def test_what_waits_goes_to_the_others_as_it_was_drawn(desk):
    """Each passage goes to one of them, in equal parts, with its draw, stratum, probability and place; none stays."""
    audited(desk, "Ann")
    before = waiting(desk, "Ann")

    made = handed(desk)

    ben, cat = waiting(desk, "Ben"), waiting(desk, "Cat")
    assert before == ben | cat
    assert not ben.keys() & cat.keys()
    assert abs(len(ben) - len(cat)) <= 1
    assert {} == waiting(desk, "Ann")
    assert [("Ben", len(ben)), ("Cat", len(cat))] == [(part.reader, part.to_read) for part in made.parts]
    assert (0, 0) == (made.with_others, made.unread)


def test_it_comes_without_suggestions_and_says_which_draw_it_is_of(desk):
    """Whoever gets it reads it blind, though their arm is the assisted one, and it answers the audit."""
    draw_id = audited(desk, "Ann")
    drawn = waiting(desk, "Ann")
    desk.assist("Ben")
    handed(desk, "Ann", "Ben")

    read_all(desk, "Ben")

    served = desk.ask("SELECT * FROM servings WHERE coder_id = 'Ben' AND reason = 'audit'")
    assert drawn.keys() == {row["excerpt_id"] for row in served}
    assert {("blind", draw_id)} == {(row["arm"], row["draw_id"]) for row in served}
    assert {(row["stratum"], row["inclusion_probability"]) for row in served} == {one[2:4] for one in drawn.values()}
    kinds = Counter(row["kind"] for row in desk.ask("SELECT kind FROM codings WHERE coder_id = 'Ben'"))
    assert len(drawn) == kinds["blind"]
    assert 0 == desk.one("SELECT count(*) FROM doubtful_codings")


def test_what_was_read_or_skipped_stays_theirs(desk):
    """Only what waits goes; a passage that was skipped is a missing answer as before."""
    audited(desk, "Ann")
    read, skipped = served_next(desk, "Ann"), None
    desk.decide(read, "nothing here")
    skipped = served_next(desk, "Ann")
    desk.decide(skipped, "skip")
    before = waiting(desk, "Ann")

    handed(desk)

    assert before == waiting(desk, "Ben") | waiting(desk, "Cat")
    assert not {read.excerpt_id, skipped.excerpt_id} & before.keys()


def test_nobody_gets_what_they_were_shown_something_of(desk):
    """It goes to somebody else, or to nobody: then it stays in the sample, unread, and that is said."""
    audited(desk, "Ann")
    suggested = desk.ask("SELECT DISTINCT excerpt_id FROM suggestion_list WHERE kind = 'passage' ORDER BY 1")
    first, second = (row["excerpt_id"] for row in suggested[:2])
    for name, excerpts in (("Ben", (first, second)), ("Cat", (first,))):
        desk.assist(name)
        desk.show(name, *excerpts, review=AT_ONCE)

    made = handed(desk)

    assert 1 == made.unread
    assert first in waiting(desk, "Ann")
    assert second in waiting(desk, "Cat")
    assert not {first, second} & waiting(desk, "Ben").keys()
    assert any(line.startswith("1 passage of an audit: nobody else here can read them without") for line in lines(made))


def test_what_nobody_could_take_goes_to_who_comes_later(desk):
    """To hand over again gives it to somebody new, and nothing else."""
    audited(desk, "Ann")
    suggested = desk.one("SELECT min(excerpt_id) FROM suggestion_list WHERE kind = 'passage'")
    for name in ("Ben", "Cat"):
        desk.assist(name)
        desk.show(name, suggested, review=AT_ONCE)
    handed(desk)
    desk.reader("Dan")

    made = handed(desk)

    assert [("Dan", 1)] == [(part.reader, part.to_read) for part in made.parts]
    assert [suggested] == list(waiting(desk, "Dan"))


def test_who_read_it_without_suggestions_already_has_answered(desk):
    """Nobody reads it again for that."""
    audited(desk, "Ann")
    passage = next(iter(waiting(desk, "Ann")))
    desk.decide(desk.blind("Cat", passage), "nothing here")

    made = handed(desk)

    assert {"Ben": 0, "Cat": 1} == {part.reader: part.read_before for part in made.parts}
    assert "1 passage of an audit: read without suggestions by others already, which is the answer." in lines(made)
    assert passage not in waiting(desk, "Ben") | waiting(desk, "Cat")
    assert ["read before"] == [
        row["fate"]
        for row in desk.ask("SELECT fate FROM audit_passages WHERE coder_id = 'Cat' AND excerpt_id = $id", id=passage)
    ]


def test_nobody_gets_a_passage_of_the_same_draw_twice(desk):
    """Where all readers have the whole sample, those who are new to it take it; if nobody is, others read it anyway."""
    audited(desk, "Ann", "Ben")
    size = len(waiting(desk, "Ann"))
    assert [("Cat", size)] == [(part.reader, part.to_read) for part in planned(desk).parts]

    made = handed(desk, "Ann", "Ben")

    assert ((), size, 0) == (made.parts, made.with_others, made.unread)
    assert size == len(waiting(desk, "Ben"))


def test_nobody_gets_what_they_skipped_or_have_on_paper_for_the_assisted_arm(desk):
    """To skip is final, and what is read on paper as assisted would not be blind."""
    audited(desk, "Ann")
    passages = list(waiting(desk, "Ann"))
    desk.assist("Ben")
    desk.decide(desk.serve("Ben", passages[0]), "skip")
    desk.serve("Ben", passages[1])
    on_paper = desk.serve("Ben", passages[2])
    desk.add("packs", id="p", coder_id="Ben", made_at=desk.now)
    desk.add("pack_servings", serving_id=on_paper.id, pack_id="p", number=1)

    handed(desk, "Ann", "Ben")

    assert {passages[0], passages[2]} == waiting(desk, "Ann").keys()


def test_it_can_be_handed_on(desk):
    """Who took it over and leaves in turn hands it on; it does not come back to those who had it."""
    audited(desk, "Ann")
    drawn = waiting(desk, "Ann")
    handed(desk, "Ann", "Ben")

    handed(desk, "Ben")

    assert drawn == waiting(desk, "Cat")
    assert {} == waiting(desk, "Ann") | waiting(desk, "Ben")


def test_the_report_counts_who_read_it(desk):
    """A passage that was handed over is answered by whoever reads it, and unanswered while nobody has."""
    from tagger.report.evidence import AUDIT
    from tagger.steps.evidence import gather_from

    audited(desk, "Ann")
    first = served_next(desk, "Ann")
    desk.decide(first, "nothing here")
    handed(desk, "Ann", "Ben")
    size = len(waiting(desk, "Ben"))
    held = gather_from(desk.db, "s")
    assert size == held.searched.query("value_id == 'choice'")["unanswered"].sum()

    read_all(desk, "Ben")

    found = gather_from(desk.db, "s")
    assert 0 == found.searched.query("value_id == 'choice'")["unanswered"].sum()
    coders = found.answers.query("source == @AUDIT and value_id == 'choice'", local_dict={"AUDIT": AUDIT})["coder"]
    assert {"Reader A": 1, "Reader B": size} == coders.value_counts()[lambda n: n > 0].to_dict()


def test_the_same_draw_again_says_what_was_handed_over(desk):
    """Nothing is drawn anew for who left, and what they had adds up."""
    audited(desk, "Ann")
    size = len(waiting(desk, "Ann"))
    handed(desk)

    [ann] = draw(desk.db, Wanted("general", ("Ann",), ALL, 7), desk.tick()).readers

    assert (size, 0, size) == (ann.passages, ann.to_read, ann.handed_over)


def test_what_waited_for_who_left_alone_is_not_handed_out_any_more(desk):
    """How far the study is counts what comes to somebody, so that it can come to an end."""
    review = ReviewSettings(blind_share=1.0, read="suggested")
    prepare(desk.db, "Ann", "general", review, 3, desk.tick())
    [before] = progress(desk.db, "Ben", review).shelves
    suggested = desk.one("SELECT count(DISTINCT excerpt_id) FROM suggestion_list")
    assert before.to_read > suggested

    handed(desk)

    [after] = progress(desk.db, "Ben", review).shelves
    assert suggested == after.to_read


# What was open


def test_what_was_open_or_put_off_is_free_at_once(desk):
    """Others wait for it for two hours, and not at all once it was handed over."""
    one = served_next(desk, "Ann", EVERYTHING)
    other = served_next(desk, "Ben", EVERYTHING)
    assert one.excerpt_id != other.excerpt_id
    postpone(desk.db, one.id, str(uuid4()), desk.tick())
    assert 1 == planned(desk).freed

    made = handed(desk)

    assert 1 == made.freed
    assert one.excerpt_id == served_next(desk, "Cat", EVERYTHING).excerpt_id


def test_what_lies_in_a_pack_is_kept_until_it_is_handed_over(desk):
    """A pack comes back after days, and nobody else is given its passages until it was handed over."""
    [pack] = packed(desk)
    desk.now += timedelta(days=5)
    assert served_next(desk, "Ben", EVERYTHING) is None

    made = handed(desk)

    size = len(pack.passages)
    assert [(pack.id[:8], "general")] == [(out.number, out.dataset) for out in made.packs]
    assert any(line.startswith(f"Pack {pack.id[:8]} of ") and "Ask Ann for it" in line for line in lines(made))
    assert size == made.freed == len(read_all(desk, "Ben", EVERYTHING))


def test_a_pack_that_never_comes_back_keeps_its_passages_for_30_days(desk):
    """Then they go to others even if nobody hands them over."""
    packed(desk)

    desk.now += timedelta(days=31)

    assert served_next(desk, "Ben", EVERYTHING) is not None


# Who is there


def test_who_handed_over_does_not_read_here_until_they_read_again(desk):
    """They are given nothing of others who leave, and count again once something is handed out to them."""
    audited(desk, "Ben")
    made = handed(desk)
    assert (True, False) == (made.counts, planned(desk).counts)
    assert {"Cat"} == {part.reader for part in planned(desk, "Ben").parts}
    with pytest.raises(UsageError, match="Ann does not read here, and can take nothing over"):
        handed(desk, "Ben", "Ann")

    desk.serve("Ann", desk.excerpt("The toilet."))

    assert {"Ann", "Cat"} == {part.reader for part in planned(desk, "Ben").parts}


def test_names_are_checked(desk):
    """Nobody unknown leaves or takes over, and nobody takes over from themselves."""
    with pytest.raises(UsageError, match=r"nobody here is called Dan\. There are: Ann, Ben, Cat"):
        planned(desk, "Dan")
    with pytest.raises(UsageError, match="nobody here is called Dan"):
        planned(desk, "Ann", "Dan")
    with pytest.raises(UsageError, match="Ann leaves, and can take nothing over"):
        planned(desk, "ann", "ANN")


def test_to_say_what_would_be_stores_nothing_and_to_do_it_twice_stores_it_once(desk):
    """Human work is added to, and nothing is changed; the second time there is nothing to hand over."""
    audited(desk, "Ann")
    served_next(desk, "Ann")
    before = human(desk)
    plan = planned(desk)
    assert before == human(desk)
    assert plan == handed(desk)
    after = human(desk)
    assert before["audit_passages"] + after["handed_passages"] == after["audit_passages"]

    again = handed(desk)

    assert not again.changes
    assert after == human(desk)


def test_only_who_was_given_something_to_read_and_has_no_access_leaves_something(desk):
    """Not Ben, who still has access, nor those who were let in and out without a passage."""
    audited(desk, "Ann", "Ben")
    for name in ("Ann", "Ben", "Dee", "Eli"):
        people.give_access(desk.db, str(uuid4()), name, ["reviewer"], new_token(), desk.tick())
    for name in ("Ann", "Dee", "Eli"):
        people.take_access_away(desk.db, name, desk.tick())
    left = left_by_all(desk.db, desk.tick())

    assert [planned(desk, "Ann")] == left
    assert left[0].parts


def test_with_nobody_to_take_it_all_stays_unread(desk):
    """That is said, what was open is free, and the sample stays what it was."""
    for name in ("Ben", "Cat"):
        handed(desk, name)
    audited(desk, "Ann")
    size = len(waiting(desk, "Ann"))

    made = handed(desk)

    assert ((), 0, size) == (made.parts, made.with_others, made.unread)
    assert size == len(waiting(desk, "Ann"))


def test_who_comes_back_reads_on_but_not_what_went_to_others(desk):
    """Their own arm is theirs as before."""
    audited(desk, "Ann")
    handed(desk)

    reasons = {one.reason for one in read_all(desk, "Ann", EVERYTHING)}

    assert reasons
    assert "audit" not in reasons


# Nothing goes along


@pytest.mark.parametrize("review", [OWN_FIRST, AT_ONCE])
def test_nothing_of_what_the_first_one_did_reaches_the_second(desk, review):
    """Marks without Done, a note, a moved border: whoever reads it next is shown none of it, before or after."""
    audited(desk, "Ann")
    one = served_next(desk, "Ann", review=review)
    desk.decide(one, "choose", {"choice": "yes"}, note="what Ann thought")
    desk.decide(one, "memo", note="a note of Ann's own")
    place = desk.ask('SELECT start, "end" FROM live_spans WHERE excerpt_id = $id', id=one.excerpt_id)[0]
    desk.decide(one, "adjust", borders=(place["start"], place["end"] - 1))
    handed(desk, "Ann", "Ben")
    displays = desk.one("SELECT count(*) FROM displays")

    given = next(two for two in iter(lambda: _read(desk, "Ben", review), None) if two[0].excerpt_id == one.excerpt_id)

    serving, before, after = given
    assert ("blind", "audit") == (serving.arm, serving.reason)
    assert ((), ()) == (before.suggestions, before.readings)
    assert () == after.readings
    assert displays <= desk.one("SELECT count(*) FROM displays")
    assert {"shown": "reading"} not in desk.ask("SELECT shown FROM displays WHERE coder_id = 'Ben'")


def _read(desk, who, review):
    """Read what is next, and return the serving with what was shown before and after."""
    one = served_next(desk, who, review=review)
    if one is None:
        return None
    before = desk.show(who, one.excerpt_id, review=review, readings=True)[one.excerpt_id]
    desk.decide(one, "nothing here")
    return one, before, desk.show(who, one.excerpt_id, review=review, readings=True)[one.excerpt_id]


def test_the_second_one_s_pages_are_the_same_whatever_the_first_one_did(tagged, tmp_path):
    """Not a word differs on any page of reading and finding, from the first passage to the last."""
    done = (("choice", "yes", "what Ann thought"), ("common", "no", ""))
    seen = [_pages_after(copied(tagged, tmp_path / one[0]), *one) for one in done]

    assert seen[0] == seen[1]
    assert any("read without suggestions" in page for page in seen[0])
    assert not [page for page in seen[0] if "what Ann thought" in page]


def _pages_after(study, value, answer, note):
    """Have Ann begin a passage of an audit and leave, and return the pages by which Ben reads all that is his."""
    with lasting(study) as desk:
        for name in ("Ann", "Ben"):
            desk.reader(name)
            prepare(desk.db, name, "general", OWN_FIRST, 3, desk.tick())
        audited(desk, "Ann")
        desk.decide(served_next(desk, "Ann", review=OWN_FIRST), "choose", {value: answer}, note=note)
        handed(desk, "Ann", "Ben")
    with serving(study.folder, "http://127.0.0.1") as owner:
        client = visitor(owner, study)
        client.post("/who", data={"reader": "Ben"})
        pages = [client.get("/"), client.get("/browse"), client.post("/read", data={"dataset": "general"})]
        while pages[-1].url.path.startswith("/read/"):
            again = pages[-1].url.path == pages[-2].url.path
            form = {"id": str(uuid4()), "act": "next" if again else "nothing here"}
            pages.append(client.post(str(pages[-1].url), data=form))
        pages += [client.get(path) for path in ("/browse", "/packs")]
    assert {200} == {page.status_code for page in pages}
    assert study.one("SELECT count(*) FROM servings WHERE coder_id = 'Ben' AND reason = 'audit'")
    return [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "an id", page.text) for page in pages]


# From the command line and in the browser


@pytest.fixture
def left(study):
    """Return a study in which Ann has an audit to read and a passage open, and Ben reads too; nobody signs in."""
    with lasting(study) as desk:
        for name in ("Ann", "Ben"):
            desk.reader(name)
        audited(desk, "Ann")
        desk.now = now() - timedelta(minutes=1)
        served_next(desk, "Ann")
    return study


def given_access(name, role, link, db):
    """Let somebody sign in."""
    return people.give_access(db, name, name, (role,), link, now())


def waits(study, who):
    """Count the passages of audits that wait for a person."""
    return study.one("SELECT count(*) FROM audit_list WHERE waits AND coder_id = $who", who=who)


def test_the_command_says_first_and_then_does_it(left, tagger, monkeypatch):
    """Asked, and not answered, it stores nothing; with --yes it does it; a second time there is nothing."""
    command = ("reviewer", "hand-over", "ann", "--study", left.folder)
    size = waits(left, "Ann")

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    asked = tagger(*command)
    unknown = tagger(*command, "--to", "Cat", "--yes")
    assert (0, size) == (left.one("SELECT count(*) FROM hand_overs"), waits(left, "Ann"))
    done = tagger(*command, "--to", "Ben", "--yes")
    again = tagger(*command, "--yes")

    plan = [
        f"Ben gets {size} passages of the audit of general to read, without suggestions.",
        "1 passage that Ann has open or in a pack: kept from nobody any more.",
        "Ann no longer counts among those who read here, until they read again.",
    ]
    assert plan == asked.out.splitlines()[:3]
    assert asked.code != 0
    assert (1, True) == (unknown.code, "nobody here is called Cat. There are: Ann, Ben." in unknown.err)
    assert (0, plan) == (done.code, done.out.splitlines()[:3]), done.err
    assert "Handed over. What they read stays in the study" in done.out
    assert "Ann has nothing to hand over.\n" == again.out
    assert (0, size) == (waits(left, "Ann"), waits(left, "Ben"))


def test_to_take_access_away_says_what_is_left_and_how_to_hand_it_over(left, tagger):
    """Where nothing is, nothing is said."""
    study = ("--study", left.folder)
    for name in ("Ann", "Ben"):
        tagger("reviewer", "add", name, *study)

    gone = tagger("reviewer", "revoke", "Ann", *study)
    tagger("reviewer", "hand-over", "Ann", "--yes", *study)
    tagger("reviewer", "add", "Cat", *study)
    other = tagger("reviewer", "revoke", "Cat", *study)

    assert "What is still theirs to read can go to others:\nBen gets " in gone.out
    assert f"To hand it over: tagger reviewer hand-over Ann --study {left.folder}\n" in gone.out
    assert "hand" not in other.out


def test_the_server_hands_over_for_the_command(left):
    """What another process of this machine asks at the door is done at once; what is wrong with it is answered."""
    with serving(left.folder, "http://127.0.0.1") as owner:
        client = visitor(owner, left)
        assert 403 == client.post(door.DOOR, content=b"{}").status_code
        token = {"x-tagger-token": owner.token}
        plan = json.loads(door.answer(owner, b'{"name": "Ann", "to": [], "hand_over_id": ""}', now()))
        wanted = json.dumps({"name": "Ann", "to": ["Ben"], "hand_over_id": str(uuid4())})
        made = client.post(door.DOOR, content=wanted, headers=token).json()
        strange = client.post(door.DOOR, content=b'{"name": "Ann"}', headers=token).json()
        wrong = client.post(door.DOOR, content=wanted.replace("Ann", "Dan"), headers=token).json()

    assert plan == made
    assert "what to do was not understood" == strange["error"]["what"]
    assert "nobody here is called Dan" == wrong["error"]["what"]
    assert (0, 1) == (waits(left, "Ann"), left.one("SELECT count(*) FROM hand_overs"))


def test_the_page_of_people_says_what_waits_and_has_one_button(left):
    """Only for those whose access was taken away; after it was pressed, twice, nothing waits and it was done once."""
    size = waits(left, "Ann")
    with serving(left.folder, "http://127.0.0.1") as owner:
        admin = visitor(owner, left, site=BEYOND)
        change, links = admin.app.app.state.desk.entrance.change, [new_token() for _ in range(3)]
        for name, role, link in zip(("Ann", "Ben", "Kit"), ("reviewer", "reviewer", "admin"), links, strict=True):
            change(partial(given_access, name, role, link))
        admin.post("/sign-in", data={"link": f"{BEYOND.address}/sign-in#{links[2]}", "id": str(uuid4()), "by": ""})
        before = admin.get("/people").text
        after = admin.post("/people/revoke", data={"name": "Ann"}).text
        form = {"name": "Ann", "id": str(uuid4())}
        pressed = [admin.post("/people/hand-over", data=form).text for _ in range(2)]
        wrong = admin.post("/people/hand-over", data={"name": "Dan", "id": str(uuid4())})

    assert "was still to read" not in before
    assert f"<li>Ben gets {size} passages of the audit of general to read, without suggestions.</li>" in after
    assert 1 == after.count('action="/people/hand-over"')
    for page in pressed:
        assert "What Ann was still to read is handed over." in unescape(page)
        assert "/people/hand-over" not in page
    assert (400, True) == (wrong.status_code, "Nobody here is called Dan" in wrong.text)
    assert [("Kit", 1)] == [
        tuple(row.values())
        for row in left.ask("SELECT c.name, count(*) AS n FROM hand_overs h JOIN coders c ON c.id = h.by_id GROUP BY 1")
    ]

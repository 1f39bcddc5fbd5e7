"""A clock that jumps, backwards and forwards: what is said last counts, in the order in which it was said."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from desk import START, lasting
from read_study import passages

from tagger.exchange.attributes import PermissionSaid
from tagger.review.audit import Wanted, draw
from tagger.review.audit.frame import STRATA
from tagger.steps import backups, imports
from tagger.steps.permissions import permit, permitted
from tagger.store import Store, trail_check
from tagger.store import backups as stored

NOW = datetime(2026, 11, 30, 9)
JUMPS = [timedelta(days=days) for days in (400, -400, 0)]


@pytest.fixture(name="clock")
def _clock(monkeypatch):
    """Return the time of everything in the store and of the steps here, which stands still, in a list."""
    time = [NOW]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return time[0].replace(tzinfo=tz)

    for name in ("store.trail", "store.shards", "store.backups", "steps.backups", "steps.imported"):
        monkeypatch.setattr(f"tagger.{name}.datetime", Clock)
    return time


@pytest.mark.parametrize("jump", JUMPS)
def test_what_a_participant_says_last_counts(study, jump):
    """Who does not want to be quoted any more is quoted no more, whatever the clock says."""
    who = next(iter(permitted(study.folder)))
    permit(study.folder, who, PermissionSaid(may_quote=False), NOW)
    permit(study.folder, who, PermissionSaid(may_quote=True), NOW + jump)
    permit(study.folder, who, PermissionSaid(may_quote=False), NOW)

    assert not permitted(study.folder)[who].may_quote
    assert not study.one("SELECT may_quote FROM current_permissions WHERE participant_id = $who", who=who)


def test_what_a_sheet_says_last_of_a_participant_counts(study):
    """A run, too, is later than what was recorded while the clock was ahead."""
    sheet = study.home / "attributes.csv"
    sheet.write_text("file,participant,may quote\ngarden.txt,P07,no\n", "utf-8")
    study.run(attributes=str(sheet))
    permit(study.folder, "P07", PermissionSaid(may_quote=True), datetime(2199, 1, 1))
    study.run(attributes=str(sheet))

    assert not permitted(study.folder)["P07"].may_quote


@pytest.mark.parametrize("jump", JUMPS)
def test_what_is_said_last_of_a_table_counts(study, clock, jump):
    """How codings were made can be set right at any time of the clock."""
    words = study.one("SELECT min(text) FROM excerpt_list WHERE kind = 'passage'")
    table = study.home / "codings.csv"
    table.write_bytes(f'text,coder,values\n"{words}",Ann,none\n'.encode())
    for made, time in (("independently", NOW), ("unknown", NOW + jump), ("after-suggestions", NOW)):
        clock[0] = time
        imports.import_codings(study.folder, table, made, instead=True)

    assert [{"made": "after-suggestions"}] == study.ask("SELECT DISTINCT made FROM current_codings")


@pytest.mark.parametrize("jump", JUMPS)
def test_the_audit_that_is_drawn_last_is_the_newest(study, jump):
    """Numbers are those of the sample that was drawn last."""
    with lasting(study) as desk:
        desk.reader("Ann")
        wanted = [Wanted("general", ("Ann",), dict.fromkeys(STRATA, 2), seed) for seed in (1, 2)]
        draw(desk.db, wanted[0], START)
        last = draw(desk.db, wanted[1], START + jump).draw_id

        assert last == desk.one("SELECT arg_max(draw_id, drawn_at) FROM audit_list")


@pytest.mark.parametrize("jump", JUMPS)
def test_decisions_stand_in_the_order_in_which_they_were_made(study, clock, jump):
    """The last answer counts, undo takes back the last act, and the trail holds."""
    with lasting(study) as desk:
        desk.reader("Ann")
        excerpt = passages(desk)[0]
        desk.now = NOW
        desk.drawn("Ann", excerpt)
        desk.decide(desk.serve("Ann", excerpt, "blind", "random"), "done", {"choice": "yes"})
        desk.now = clock[0] = NOW + jump
        desk.decide(desk.serve("Ann", excerpt, "blind", "random"), "done", {"choice": "no"})
        assert {"choice": "no"} == answers(desk, excerpt)
        desk.now = clock[0] = NOW - jump
        desk.undo("Ann")
        assert {"choice": "yes"} == answers(desk, excerpt)

    with Store(study.folder).session("a test") as database:
        assert () == trail_check.check(database).differences


def answers(desk, excerpt):
    """Return what counts of what Ann answered on one value."""
    sql = (
        "SELECT a.value_id, a.answer FROM current_codings c JOIN coding_answers a ON a.coding_id = c.id "
        "WHERE c.excerpt_id = $excerpt AND a.value_id = 'choice'"
    )
    return {row["value_id"]: row["answer"] for row in desk.ask(sql, excerpt=excerpt)}


def add(store, number):
    """Add a person."""
    row = {"id": f"{number:03}", "name": f"{number:03}", "role": "reviewer", "added_at": NOW}
    with store.session("a test") as database:
        database.insert("coders", pa.Table.from_pylist([row]))


def test_a_clock_that_was_set_back_costs_no_backup(tmp_path, clock):
    """Those of before stay, the new ones stay as those of before would, and there is one a day of them."""
    store = Store(tmp_path)
    store.create()
    before = weeks(store, clock, NOW, days=20)
    clock[0] -= timedelta(days=3000)

    add(store, 900)
    made = backups.daily(store.folder)
    assert backups.daily(store.folder) is None
    add(store, 901)
    assert backups.daily(store.folder) is None
    after = {one.name for one in weeks(store, clock, clock[0] + timedelta(days=1), days=3)}

    assert {*(one.name for one in before), made.name} <= after


def test_a_clock_that_was_ahead_for_a_day_costs_no_backup(tmp_path, clock):
    """Once it is right again there is one a day, and what was made meanwhile stays."""
    store = Store(tmp_path)
    store.create()
    clock[0] += timedelta(days=3000)
    ahead = backups.daily(store.folder)
    held = weeks(store, clock, NOW, days=7)

    assert 7 == len([one for one in held if one.made_at < ahead.made_at])
    assert ahead.name in {one.name for one in held}


def weeks(store, clock, begin, days):
    """Let days pass with something added on each, and return the backups that are kept then."""
    for day in range(days):
        clock[0] = begin + timedelta(days=day)
        add(store, day + 100 * clock[0].year)
        assert backups.daily(store.folder)
    return stored.kept(store.folder)

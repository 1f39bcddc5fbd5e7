"""What can be wrong with a study: each thing that is looked at, what was found, and what mends it."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tagger.config import FILE, load_settings
from tagger.errors import StoreError, TaggerError
from tagger.steps import backups, versions
from tagger.steps.workplace import Run, Workplace
from tagger.store import Readable, Store, everything, migrations, restoring, shards, trail_check
from tagger.store import backups as stored
from tagger.store.lock import alive, beside, locks_hold, signed
from tagger.store.study_files import BACKUPS, DATABASE, INBOX

_ROOM_GB = 1.0
_QUICK = 50_000
"""So many entries of the trail are compared with their rows within a few seconds."""
_LONG_AGO = timedelta(days=7)
_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, whether it is as it should be, and what mends it where it is not."""

    good: bool
    text: str
    remedy: str = ""


def checks_of_study(folder: Path) -> list[Finding]:
    """Look at everything of a study; what cannot be looked at is a finding of its own."""
    findings = [*_room(folder), *_permissions(folder), *_owner(folder)]
    opens = [*_said(lambda: _settings(folder)), *_said(lambda: _database(folder))]
    findings += opens
    if all(finding.good for finding in opens):
        findings += _said(lambda: _made_with(folder))
    return [*findings, *_backups(folder), *_left_over(folder)]


def _said(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Return the findings of a check; what stops it is the last of them."""
    findings: list[Finding] = []
    try:
        findings.extend(check())
    except TaggerError as error:
        findings.append(Finding(False, str(error)))
    return findings


def _room(folder: Path) -> Iterator[Finding]:
    database = folder / DATABASE
    needed = max(_ROOM_GB, 2 * (database.stat().st_size if database.exists() else 0) / 1e9)
    room = shutil.disk_usage(folder).free / 1e9
    yield Finding(
        room > needed,
        f"{room:.0f} GB free on the study's disk ({needed:.0f} is needed)",
        f"Make room there; old backups in {folder / BACKUPS} may be deleted too",
    )


def _permissions(folder: Path) -> Iterator[Finding]:
    if sys.platform == "win32":
        return
    database = folder / DATABASE
    yield _private([database] if database.exists() else [], "the database file")
    home = folder / BACKUPS
    own = [folder, *([home, *home.rglob("*")] if home.is_dir() else [])]
    yield _private(own, "the study's folder and its backups")


def _private(paths: list[Path], what: str) -> Finding:
    seen = [path for path in paths if path.stat().st_mode & 0o077]
    remedy = f"chmod -R go-rwx {shlex.quote(str(seen[0]))}" if seen else ""
    return Finding(not seen, f"only you can read {what}", remedy)


def _owner(folder: Path) -> Iterator[Finding]:
    yield Finding(
        locks_hold(folder),
        "the study's disk keeps two programs from writing at once",
        "Move the study to a disk of this machine: no network drive, no folder that is synchronised",
    )
    owner = signed(beside(folder / DATABASE))
    pid = owner.get("pid")
    if not isinstance(pid, int):
        yield Finding(True, "no program has the study open")
    elif alive(pid):
        yield Finding(True, f"{owner.get('role')} (process {pid}) has the study open")
    else:
        yield Finding(True, f"{owner.get('role')} (process {pid}) was stopped by force; the next command tidies up")


def _settings(folder: Path) -> Iterator[Finding]:
    load_settings(folder)
    yield Finding(True, f"{FILE} is in order")


def _database(folder: Path) -> Iterator[Finding]:
    with Store(folder).session("a check") as database:
        schema = _schema(database, folder)
        yield schema
        if not schema.good:
            return
        everything.read_all(database)
        yield Finding(True, "the database opens, and every row of it can be read")
        yield _misplaced(database)
        if migrations.step(database) >= migrations.TRAIL:
            yield _trail(database, folder)
        unfinished = database.rows("SELECT count(*) FROM unfinished_runs")[0][0]
        yield Finding(True, f"{unfinished} runs stopped before their end")
        yield from _clock(database)


def _schema(database: Readable, folder: Path) -> Finding:
    step, newest = migrations.step(database), migrations.newest()
    if step > newest:
        return Finding(False, f"a newer version of tagger wrote the study (step {step})", "Install the newer version")
    if step < newest:
        command = f"tagger status --study {folder}"
        return Finding(True, f"the study is of an earlier version (step {step} of {newest}); {command} brings it here")
    return Finding(True, f"the study is of this version (step {step})")


def _misplaced(database: Readable) -> Finding:
    misplaced = database.rows(
        "SELECT count(*) FROM placements p JOIN revisions r ON r.id = p.revision_id "
        "JOIN excerpts e ON e.id = p.excerpt_id "
        'WHERE substring(r.text, p.start + 1, p."end" - p.start) <> e.text'
    )[0][0]
    if not misplaced:
        return Finding(True, "every excerpt matches the text it was cut from")
    return Finding(False, f"excerpts that do not match their text: {misplaced}", "Go back to a backup: tagger restore")


def _trail(database: Readable, folder: Path) -> Finding:
    """Look at the trail; in a study of very many entries not at the rows, which `tagger verify` takes its time over."""
    [(entries,)] = database.rows("SELECT count(*) FROM trail")
    all_rows, command = entries <= _QUICK, f"tagger verify --study {shlex.quote(str(folder))}"
    if wrong := trail_check.check(database, rows=all_rows).differences:
        remedy = f"To see which, and what to do: {command}"
        return Finding(False, f"things that are not as they were noted in the trail: {len(wrong):,}", remedy)
    if not all_rows:
        return Finding(
            True, f"the trail's {entries:,} entries are whole; whether the rows are as noted says: {command}"
        )
    return Finding(True, f"everything that people did is as it was noted ({entries:,} entries in the trail)")


def _clock(database: Readable) -> Iterator[Finding]:
    newest, now = database.rows(_NEWEST)[0][0], datetime.now(UTC).replace(tzinfo=None)
    if newest > now + _AHEAD:
        text = f"the clock says {now:%d %B %Y, %H:%M} (UTC), and the newest row is of {newest:%d %B %Y, %H:%M}"
        remedy = "Set the clock of this machine; the order in which people decided is kept all the same"
        yield Finding(False, text, remedy)
    else:
        yield Finding(True, "the clock is not behind what the study holds")
    back = database.rows(_WENT_BACK)[0][0]
    if back:
        yield Finding(True, f"the clock went back {back} times while people read; their order is kept by number")


_NEWEST = """
SELECT max(moment) FROM (
    SELECT max(applied_at) AS moment FROM migrations
    UNION ALL SELECT max(merged_at) FROM ledger
    UNION ALL SELECT max(decided_at) FROM decisions
    UNION ALL SELECT max(served_at) FROM servings
)
"""
_WENT_BACK = """
SELECT count(*) FROM (
    SELECT decided_at < lag(decided_at) OVER (ORDER BY number) - INTERVAL 1 HOUR AS back
    FROM decisions JOIN decision_sets ON decision_id = id
) WHERE back
"""


def _made_with(folder: Path) -> Iterator[Finding]:
    versions.version(folder, load_settings(folder).study.framework)
    yield Finding(True, "the study's framework is there")
    place = Workplace(Run("doctor", str(folder), "", ""))
    encoder = place.encoder
    with Store(folder).session("a check") as database:
        used = {str(sha) for (sha,) in database.rows(_USED)}
    others = bool(used - {encoder.weights_sha256})
    which = "other weights than those" if others else "the weights"
    text = f"the newest suggestions were made with {which} of {encoder.name} on this disk"
    yield Finding(not others, text, f"Put the model back, or make them anew: tagger run FILES --study {folder}")


_USED = "SELECT DISTINCT m.weights_sha256 FROM newest_scorings n JOIN models m ON m.id = n.model_id"


def _backups(folder: Path) -> Iterator[Finding]:
    make = f"tagger backup --study {folder}"
    held = stored.kept(folder)
    if held and (wrong := stored.changed(held[0], held[0].path)):
        yield Finding(False, f"{wrong[0]} of the newest backup is not what was written ({held[0].path})", make)
    elif held:
        yield Finding(True, f"the newest backup is what was written: {held[0].name}")
    try:
        with Store(folder).session("a check") as database:
            since = backups.since_backup(folder, database)
            [(begun,)] = database.rows("SELECT created_at FROM study")
    except StoreError:
        return  # said already
    if since:
        made = datetime.fromisoformat(since["made_at"]) if since["made_at"] else begun
        late = datetime.now(UTC).replace(tzinfo=None) - made > _LONG_AGO
        hint = "" if late else f" (to make one: {make})"
        yield Finding(not late, f"people's work that no backup holds yet: {since['added']}{hint}", make)


def _left_over(folder: Path) -> Iterator[Finding]:
    left = [*stored.unfinished(folder), *restoring.unfinished(folder), *shards.left_over(folder / INBOX)]
    names = " ".join(shlex.quote(str(path)) for path in left)
    text = "nothing was left behind by programs that were stopped"
    if left:
        text = f"left behind by programs that were stopped, and needed by nobody: {len(left)} folders"
    yield Finding(not left, text, f"rm -r {names}")

"""The study as a whole: making one, and saying what it holds and how much there is to read."""

from __future__ import annotations

import errno
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagger.config import FILE, StudySettings, load_settings, settings_text
from tagger.errors import StoreError, UsageError
from tagger.frameworks import load_framework
from tagger.steps.permissions import overdue
from tagger.store import Readable, Store

if TYPE_CHECKING:
    from tagger.report.found import SoFar
    from tagger.steps.several import Several

# A calm pace: reading aloud speed, and a while to decide.
_WORDS_A_MINUTE = 150
_SECONDS_TO_DECIDE = 20


def make_study(folder: Path, name: str, framework: str) -> None:
    """
    Make an empty study in *folder*; what lies there already is left alone.

    A framework of one's own is copied into the study, so that the folder is all there is to it.

    Raises:
        UsageError: there is a study already.
        StoreError: the folder cannot be written to.
    """
    if (folder / FILE).exists():
        raise UsageError(
            "there is a study here already", where=str(folder), remedy="Choose another folder, or go on with this one"
        )
    chosen = load_framework(framework)
    settings = StudySettings(name=name, framework=chosen.id)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if Path(framework).is_file():
            own = folder / "frameworks"
            own.mkdir(exist_ok=True)
            shutil.copyfile(framework, own / f"{chosen.id}.yaml")
            load_framework(chosen.id, [own])
        Store(folder).create()
        (folder / FILE).write_text(settings_text(settings), "utf-8")
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise StoreError(
            f"the study cannot be made ({reason})", where=str(folder), remedy="Choose a folder you can write to"
        ) from error


def datasets(folder: Path) -> list[str]:
    """Name the study's datasets."""
    store = Store(folder)
    if not store.path.exists():
        return []
    with store.session("a look at the datasets") as database:
        return dataset_names(database)


def dataset_names(database: Readable) -> list[str]:
    """Name the datasets of a study that is open."""
    return [str(name) for (name,) in database.rows("SELECT id FROM datasets ORDER BY id")]


def names_without_reflections(database: Readable) -> list[str]:
    """Name the datasets that hold what participants said."""
    sql = "SELECT id FROM datasets d ANTI JOIN transcripts t ON t.dataset = d.id AND t.kind = 'reflection' ORDER BY id"
    return [str(name) for (name,) in database.rows(sql)]


def workload(folder: Path, dataset: str) -> list[dict[str, Any]]:
    """Say how many excerpts of a dataset wait to be read with its list, and how long that takes one person."""
    with Store(folder).session("a look at the workload") as database:
        loads: list[dict[str, Any]] = database.table(
            "SELECT * FROM workload SEMI JOIN newest_scorings USING (dataset, framework) WHERE dataset = $dataset",
            {"dataset": dataset},
        ).to_pylist()
    for load in loads:
        load["suggestions"], load["words"] = int(load["suggestions"]), int(load["words"])
        minutes = load["words"] / _WORDS_A_MINUTE + load["excerpts"] * _SECONDS_TO_DECIDE / 60
        load["minutes"] = round(minutes)
        load["time"] = _in_words(minutes)
    return loads


def overview(folder: Path) -> dict[str, Any]:
    """
    Say what the study holds, and how it stands.

    Returns:
        datasets; unfinished runs; to_reread, the number of codings; several, how far the passages are that several
        people are to read; learning, what suggestions rest on (`from_review.standing`); found, what the newest audits
        say has been found of each value; agreed, the datasets whose suggestions are not yet those of the version that
        people agreed on; overdue, the participants whose words were to be gone by now;
        backup, when the newest one was made and what was added since, empty where nothing was.
    """
    from tagger.steps.backups import since_backup
    from tagger.steps.from_review import standing  # which most of those who ask for datasets do not need
    from tagger.steps.revised import to_be_read_again
    from tagger.steps.several import read_by_several
    from tagger.steps.stopping import guarantees

    with Store(folder).up_to_date("a look at the study") as database:
        content = {
            "datasets": database.table("SELECT * FROM dataset_list ORDER BY dataset").to_pylist(),
            "unfinished": database.table("SELECT * FROM unfinished_runs ORDER BY started_at").to_pylist(),
            "to_reread": len(to_be_read_again(database)),
            "several": _several(read_by_several(database, everything=load_settings(folder).review.read == "all")),
            "learning": standing(database),
            "agreed": database.table(_AGREED).to_pylist(),
            "overdue": [{"participant": name, "withdraw_by": by} for name, by in overdue(database)],
            "backup": since_backup(folder, database),
        }
        audits = database.rows("SELECT count(*) FROM draws WHERE purpose = 'audit'")[0][0]
    return {**content, "found": [_found(one) for one in guarantees(folder)] if audits else []}


_AGREED = """
SELECT n.dataset, n.framework, u.version AS used, f.version AS agreed
FROM newest_scorings n
JOIN adopted_frameworks a ON a.framework = n.framework AND a.framework_id <> n.framework_id
JOIN frameworks u ON u.id = n.framework_id
JOIN frameworks f ON f.id = a.framework_id
ORDER BY n.dataset
"""


def _several(found: Several) -> dict[str, Any]:
    return {**asdict(found), "waiting": found.waiting, "words": found.words}


def _found(so_far: SoFar) -> dict[str, Any]:
    found = so_far.found
    counts = {"found": found.found, "at_least": found.at_least, "missed_at_most": found.missed_at_most}
    about = {"dataset": so_far.dataset, "value_id": so_far.value.id, "value": so_far.value.name}
    return {**about, **counts, "confidence": found.confidence, "words": so_far.words}


def _in_words(minutes: float) -> str:
    if minutes < 90:
        return f"about {max(5, round(minutes / 5) * 5)} minutes"
    hours = round(minutes / 30) / 2
    return f"about {hours:g} hours"

"""A participant leaves: what there is of them in a study, and what a study without them is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from tagger import __version__
from tagger.errors import UsageError
from tagger.exchange.packs import number_of
from tagger.frameworks import shipped_frameworks, to_json
from tagger.privacy import keyed_hash
from tagger.steps.withdrawal import folder as files
from tagger.steps.withdrawal.anew import Anew
from tagger.steps.withdrawal.going import Going
from tagger.steps.withdrawal.recordings import Blanked, Recording, imported_rows, recordings
from tagger.steps.workplace import Rows
from tagger.store import Readable
from tagger.withdrawing import Quotes

_KNOWN = (
    "SELECT (SELECT count(*) FROM participants WHERE id = $who), (SELECT count(*) FROM withdrawals WHERE who = $who)"
)
_NAMES = "SELECT DISTINCT pseudonym FROM speaker_list WHERE participant_id = $who AND pseudonym <> 'unnamed' ORDER BY 1"
_STAYING = """
SELECT r.text FROM live_revisions r WHERE NOT list_contains($gone::VARCHAR[], r.transcript_id) ORDER BY r.transcript_id
"""
_TOOK_PART = """
SELECT t.dataset, l.number, a.attributes FROM current_attributes a
JOIN transcripts t ON t.id = a.transcript_id JOIN transcript_list l ON l.transcript_id = t.id
WHERE NOT list_contains($theirs::VARCHAR[], t.id) AND $dataset IN ('', t.dataset) ORDER BY t.dataset, l.number
"""
_SOURCES = "SELECT dataset, source FROM twins WHERE list_contains($theirs::VARCHAR[], transcript_id) ORDER BY ALL"
_LEARNED = """
SELECT DISTINCT l.id, l.framework FROM learned l
WHERE l.framework IN (SELECT f.name FROM scorings s JOIN frameworks f ON f.id = s.framework_id
                      WHERE list_contains($datasets::VARCHAR[], s.dataset))
   OR list_contains($quoting::VARCHAR[], l.framework_id)
   OR l.id IN (SELECT learned_id FROM learned_transcripts WHERE list_contains($theirs::VARCHAR[], transcript_id))
ORDER BY l.framework, l.id
"""
_NUMBERS = """
SELECT dataset, number FROM transcript_list WHERE list_contains($gone::VARCHAR[], transcript_id) ORDER BY ALL
"""
_LISTS = "SELECT id, name, version, content FROM frameworks ORDER BY name, version, id"
_PACKS = """
SELECT DISTINCT p.made_at, p.id, c.name
FROM packs p
JOIN coders c ON c.id = p.coder_id
JOIN pack_servings k ON k.pack_id = p.id
JOIN going g ON g.kind = 'servings' AND g.id = k.serving_id::VARCHAR
ORDER BY ALL
"""
# The same words said by somebody else have the same vectors.
_OF_NO_TEXT = """
text_key NOT IN (SELECT e.text_key FROM excerpts e ANTI JOIN going g ON g.kind = 'excerpts' AND g.id = e.id)
"""
_AUDITS = """
SELECT p.draw_id, p.stratum, count(DISTINCT p.excerpt_id) AS passages
FROM audit_passages p JOIN going g ON g.kind = 'excerpts' AND g.id = p.excerpt_id
GROUP BY ALL ORDER BY ALL
"""
_READ = """
SELECT (SELECT count(*) FROM excerpts e SEMI JOIN gone g ON g.id = e.id
        WHERE e.kind = 'passage' AND e.parent_id IS NULL) AS passages,
       (SELECT count(DISTINCT (coder_id, excerpt_id)) FROM codings x SEMI JOIN gone g ON g.id = x.excerpt_id)
       AS readings,
       (SELECT count(DISTINCT coder_id) FROM codings x SEMI JOIN gone g ON g.id = x.excerpt_id) AS people,
       (SELECT count(*) FROM decisions d SEMI JOIN gone g ON g.id = d.excerpt_id WHERE d.note IS NOT NULL)
       + (SELECT count(*) FROM content_notes n SEMI JOIN gone g ON g.id = n.excerpt_id) AS notes,
       (SELECT count(*) FROM proposals p SEMI JOIN gone g ON g.id = p.about_id) AS proposals
"""


@dataclass(frozen=True)
class Leaver:
    """
    A participant who leaves.

    Args:
        database: the study.
        who: their pseudonym.
        dataset: out of which they go; empty for all.
        whole: recordings in which others speak go too, all of them.
    """

    database: Readable
    who: str
    dataset: str = ""
    whole: bool = False

    def must_be_there(self) -> None:
        """
        Make sure that there is somebody to take out.

        Raises:
            UsageError: nobody here is called so, or they were taken out before.
        """
        [(there, gone)] = self.database.rows(_KNOWN, {"who": self.who})
        if there and (self.recordings or not self.dataset):
            return
        if there:
            raise UsageError(
                f"{self.who} does not speak in the dataset {self.dataset}",
                where="--dataset",
                remedy="Leave it out to look in all of them",
            )
        remedy = "Their name in the study is in the column participant of an export, and in the browser"
        what = f"{self.who} was withdrawn before" if gone else f"no participant here is called {self.who}"
        raise UsageError(what, where="participant", remedy="Nothing of them is left to take out" if gone else remedy)

    @cached_property
    def recordings(self) -> list[Recording]:
        """Return the recordings in which they speak."""
        return recordings(self.database, self.who, self.dataset, whole=self.whole)

    @property
    def shared(self) -> list[Recording]:
        """Return the recordings in which others speak too, and which stay without their words."""
        return [one for one in self.recordings if not one.whole]

    @cached_property
    def named_in(self) -> list[str]:
        """Name the recordings in which they took part, as a sheet said, and in which no turn is known to be theirs."""
        rows = self.database.rows(_TOOK_PART, {**self._theirs, "dataset": self.dataset})
        return [f"{dataset} {number}" for dataset, number, said in rows if self.who in _participants(said)]

    @cached_property
    def quotes(self) -> Quotes:
        """Return what counts as a quote of them."""
        staying = [str(text) for (text,) in self.database.rows(_STAYING, {"gone": self._theirs["theirs"]})]
        kept = [words for one in self.shared for words in one.words(gone=False)]
        public = [to_json(one) for one in shipped_frameworks()]
        return Quotes((words for one in self.recordings for words in one.words(gone=True)), [*staying, *kept, *public])

    @cached_property
    def quoting(self) -> dict[str, str]:
        """Return the versions of lists of values that quote them, by their ids: name and version."""
        lists = self.database.rows(_LISTS)
        return {one: f"{name} {version}" for one, name, version, content in lists if self.quotes.found_in(content)}

    @cached_property
    def sources(self) -> list[tuple[str, str]]:
        """Return dataset and name of each file that holds their words."""
        twins = [(str(dataset), str(name)) for dataset, name in self.database.rows(_SOURCES, self._theirs)]
        return [*((one.dataset, one.source) for one in self.recordings), *twins]

    @cached_property
    def learned(self) -> dict[str, str]:
        """Return what was learned with them in sight, by its id the list of values that it was learned for."""
        datasets = sorted({one.dataset for one in self.recordings})
        return dict(self.database.rows(_LEARNED, {**self._theirs, "datasets": datasets, "quoting": list(self.quoting)}))

    @cached_property
    def packs(self) -> list[tuple[datetime, str, str]]:
        """Return when each reading pack with passages of theirs was made, its number and for whom it was."""
        packs = self.database.table(_PACKS, going=self.going.table()).to_pylist()
        return [(row["made_at"], number_of(row["id"]), row["name"]) for row in packs]

    @cached_property
    def going(self) -> Going:
        """Return the rows that go."""
        going = Going(self.database)
        going.add("transcripts", self._whole)
        going.add("speakers", (speaker for one in self.recordings for speaker in one.speakers))
        going.add("excerpts", (excerpt for one in self.recordings for excerpt in one.excerpts))
        going.add("imported_rows", (row for one in self.shared for row in self._imported(one)))
        going.add("learned", self.learned)
        if self._leaves_all:
            going.add("participants", [self.who])
        theirs = ", ".join(f"'{one.id}'" for one in self.shared)
        going.also["twins"] = f"transcript_id IN ({theirs or 'NULL'})"
        going.also["vectors"] = _OF_NO_TEXT
        return going

    @cached_property
    def audits(self) -> list[tuple[str, str, int]]:
        """Return draw, stratum and number of the passages that audits lose."""
        rows = self.database.table(_AUDITS, going=self.going.table()).to_pylist()
        return [(row["draw_id"], row["stratum"], row["passages"]) for row in rows]

    def look(self, folder: Path) -> files.Found:
        """Look for their words in files."""
        ids = {*self._whole, *self.going.ids["excerpts"]}
        return files.look(folder, self.quotes, ids, {name for _, name in self.sources}, self.who)

    def counts(self) -> dict[str, int]:
        """Count what goes."""
        gone = pa.table({"id": pa.array(sorted(self.going.ids["excerpts"]), pa.string())})
        [read] = self.database.table(_READ, gone=gone).to_pylist()
        return {
            "transcripts": len(self._whole),
            "shared recordings": len(self.shared),
            **{name: int(number) for name, number in read.items()},
            "audited passages": sum(passages for _, _, passages in self.audits),
        }

    def anew(self, identity: str, now: datetime) -> Anew:
        """
        Return what a study without them is made of.

        Args:
            identity: of the receipt.
        """
        run_id = f"withdrawal-{identity[:12]}"
        anew = Anew(self.going)
        anew.rewrite(self.quotes.taken_out)
        anew.rewrite_lists(self.database, self.quotes.taken_out)
        anew.change("speaker_beliefs", self._unnamed)
        anew.change("transcript_attributes", self._not_among)
        anew.change("excerpts", self._without_parent)
        self._blank(anew, run_id)
        anew.add(self._receipt(identity, run_id, now))
        return anew

    def _blank(self, anew: Anew, run_id: str) -> None:
        """Take their words out of the recordings that stay."""
        blanked = {one.id: Blanked(one, self._secret, run_id) for one in self.shared}
        of_revision = {row["id"]: blanked[one.id] for one in self.shared for row in one.revisions}
        for each in blanked.values():
            anew.add(each.rows())
        anew.change("revisions", lambda row: of_revision[row["id"]].revision(row) if row["id"] in of_revision else row)
        anew.change(
            "turns", lambda row: of_revision[row["revision_id"]].turn(row) if row["revision_id"] in of_revision else row
        )

    def _receipt(self, identity: str, run_id: str, now: datetime) -> dict[str, Rows]:
        names = [str(name) for (name,) in self.database.rows(_NAMES, {"who": self.who})]
        receipt = {"id": identity, "kind": "participant", "who": self.who, "dataset": self.dataset}
        counts = json.dumps(self.counts())
        run = {"id": run_id, "started_at": now, "engine": "withdrawal", "dataset": "", "settings": "{}"}
        refused = {
            keyed_hash(self._secret, "source", *where)
            for dataset, name in self.sources
            for where in ((dataset, name), (name,))
        }
        # A project that was written out of here knows transcripts by their ids.
        refused |= {keyed_hash(self._secret, "source", one.id) for one in self.recordings}
        return {
            "withdrawals": [
                {**receipt, "names": sorted({self.who, *names}), "counts": counts, "withdrawn_at": now},
            ],
            "audit_losses": [
                {"withdrawal_id": identity, "draw_id": draw, "stratum": stratum, "passages": passages}
                for draw, stratum, passages in self.audits
            ],
            "withdrawn_numbers": [
                {"withdrawal_id": identity, "dataset": dataset, "number": number}
                for dataset, number in self.database.rows(_NUMBERS, {"gone": self._whole})
            ],
            "tombstones": [{"source_key": key, "reason": "withdrawn", "laid_at": now} for key in sorted(refused)],
            "runs": [{**run, "tagger_version": __version__}],
            "run_ends": [{"run_id": run_id, "ended_at": now, "seconds": 0.0, "counts": counts}],
        }

    def _unnamed(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "participant_id": None} if row["participant_id"] == self.who and self._leaves_all else row

    def _without_parent(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "parent_id": None} if row["parent_id"] in self.going.ids["excerpts"] else row

    def _not_among(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return what is known of a recording without that they took part in it."""
        people = _participants(row["attributes"])
        if self.who not in people or not self._leaves_all:
            return row
        said = json.loads(row["attributes"]) | {"participants": "; ".join(one for one in people if one != self.who)}
        return {**row, "attributes": json.dumps(said, ensure_ascii=False, sort_keys=True)}

    @property
    def _whole(self) -> list[str]:
        return [one.id for one in self.recordings if one.whole]

    @property
    def _theirs(self) -> dict[str, object]:
        return {"theirs": [one.id for one in self.recordings]}

    @cached_property
    def _leaves_all(self) -> bool:
        """Say whether they speak nowhere else."""
        return not self.dataset or len(self.recordings) == len(recordings(self.database, self.who, "", whole=False))

    @cached_property
    def _secret(self) -> bytes:
        return bytes(self.database.rows("SELECT secret FROM study")[0][0])

    def _imported(self, recording: Recording) -> Iterator[str]:
        """Yield the rows of tables of codings that are about words of theirs in a recording that stays."""
        for row, revision, start, end in imported_rows(self.database, recording.id):
            if recording.masks[revision][start:end].any():
                yield str(row)


def _participants(attributes: str) -> list[str]:
    """Return who took part in a recording, as a sheet said."""
    return [one for one in json.loads(attributes).get("participants", "").split("; ") if one]

"""The first stage: files to transcripts, with pseudonyms for their speakers and revisions of what is already there."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tagger.errors import TranscriptError, UsageError
from tagger.privacy import keyed_hash, plain_hash, pseudonyms
from tagger.records import Speaker, Transcript
from tagger.revisions import offset_map
from tagger.steps import archives
from tagger.steps.workplace import UNNAMED, Outcome, Rows, Run, Workplace, batches, workplace
from tagger.transcripts import read as read_transcript
from tagger.transcripts.corrections import Correction, apply, for_file

_READER = "1"
_FILES_A_BATCH = 20


def pending(run: Run) -> Iterator[tuple[str, ...]]:
    """Name the files that differ from what is stored, in batches, in the order of their names."""
    place = workplace(run)
    shelf = _Shelf(place)
    todo = [
        str(path)
        for path in found(run.paths, Path(run.study))
        if run.speakers or run.encoding or not _unchanged(place, shelf, path)
    ]
    return batches(todo, _FILES_A_BATCH)


def found(paths: tuple[str, ...], study: Path | None = None) -> list[Path]:
    """
    List the files below *paths*, and in zip archives, in the order of their names.

    Hidden files are passed over, and those of the study itself, unless a folder inside it was named.
    """
    files: dict[Path, None] = {}
    for path in map(Path, paths):
        if not path.is_dir():
            files.update(dict.fromkeys(archives.members(path)))
            continue
        inside = study and path != study and path.is_relative_to(study)
        for file in sorted(path.rglob("*")):
            hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
            own = study and not inside and file.is_relative_to(study)
            if file.is_file() and not hidden and not own:
                files.update(dict.fromkeys(archives.members(file)))
    return list(files)


def read(run: Run, paths: tuple[str, ...]) -> Outcome:
    """Read a batch of files and leave one shard for each that is a transcript."""
    place = workplace(run)
    shelf = _Shelf(place)
    problems: list[str] = []
    notes: list[str] = []
    stored = 0
    for path in map(Path, paths):
        try:
            new, note = _read_one(place, shelf, path)
        except (TranscriptError, UsageError) as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{path.name}: it cannot be opened ({error.strerror}). Check its permissions.")
        else:
            stored += new
            notes += [note] if note else []
    return Outcome({"transcripts": stored, "files with problems": len(problems)}, tuple(problems), tuple(notes))


def _content_key(place: Workplace, data: bytes) -> str:
    return keyed_hash(place.secret, "content", _READER, hashlib.sha256(data).hexdigest())


def _unchanged(place: Workplace, shelf: _Shelf, path: Path) -> bool:
    try:
        return (_source(path), _content_key(place, archives.contents(path))) in shelf.seen
    except (OSError, TranscriptError):
        return False  # reading it again will say what is wrong with it


class _Shelf:
    """What the study holds of a dataset already, kept up to date while a batch is read."""

    def __init__(self, place: Workplace) -> None:
        run = place.run
        self._secret, self._dataset = place.secret, run.dataset
        here: dict[str, object] = {"dataset": run.dataset}
        with place.store.session("reading transcripts") as database:
            live = database.table("SELECT * FROM live_revisions WHERE dataset = $dataset", here).to_pylist()
            turns = database.table(
                'SELECT revision_id, start, "end", speaker_id FROM live_turns '
                "SEMI JOIN (SELECT revision_id FROM live_revisions WHERE dataset = $dataset) USING (revision_id) "
                "ORDER BY revision_id, position",
                here,
            ).to_pylist()
            beliefs = database.table("SELECT * FROM speaker_list").to_pylist()
            names = database.rows("SELECT id FROM participants UNION SELECT pseudonym FROM speakers")
            twins = database.rows("SELECT source, content_key, text_key FROM twins WHERE dataset = $dataset", here)
            tombstones = database.rows("SELECT source_key FROM tombstones")
        self.live = {row["source"]: row for row in live}
        self.texts = {row["text_key"]: row["source"] for row in live}
        sources = Counter(_source(file) for file in found(run.paths, Path(run.study)))
        self.clashing = {source for source, files in sources.items() if files > 1}
        self.seen = {(row["source"], row["content_key"]) for row in live}
        self.seen |= {(source, content) for source, content, text in twins if text in self.texts}
        self.beliefs = {row["speaker_id"]: row for row in beliefs}
        self.names = {str(name) for (name,) in names}
        self.tombstones = {str(key) for (key,) in tombstones}
        self.turns: dict[str, list[tuple[int, int, str]]] = {}
        for row in turns:
            self.turns.setdefault(row["revision_id"], []).append((row["start"], row["end"], row["speaker_id"]))

    def transcript_id(self, source: str) -> str:
        """Return the id of a transcript: the one it has, or the one its source gives it for ever."""
        if source in self.live:
            return str(self.live[source]["transcript_id"])
        return "T" + keyed_hash(self._secret, "transcript", self._dataset, source)[:10]

    def new_name(self, letter: str) -> str:
        """Give the next free pseudonym."""
        name = next(pseudonyms(self.names, letter))
        self.names.add(name)
        return name


def _read_one(place: Workplace, shelf: _Shelf, path: Path) -> tuple[bool, str]:
    """Read one file and leave its shard; say whether it held anything new, and why not where a person would wonder."""
    run, secret = place.run, place.secret
    source = _source(path)
    if source in shelf.clashing:
        raise UsageError("two files go by this name", where=source, remedy="Rename one of them or its folder")
    if keyed_hash(secret, "source", run.dataset, source) in shelf.tombstones:
        raise UsageError("it was withdrawn from this study and is not read again", where=source)
    data = archives.contents(path)
    transcript = read_transcript(data, path.name, run.encoding or None)
    corrections = for_file(place.corrections, str(path))
    transcript = apply(transcript, corrections) if corrections else transcript
    text_key = keyed_hash(secret, "text", transcript.text)
    content_key = _content_key(place, data)
    twin = shelf.texts.get(text_key, source)
    if twin != source:
        _pass_over(place, source, content_key, text_key, shelf.transcript_id(twin))
        return False, f"{source}: holds the same words as {twin}, so it was not stored a second time."
    new = _New(place, shelf, source, transcript, corrections, text_key, content_key)
    if tables := new.rows():
        before = shelf.live[source]["revision_id"] if source in shelf.live else ""
        beliefs = str([{**belief, "run_id": ""} for belief in tables["speaker_beliefs"]])
        place.put("read", keyed_hash(secret, "read", run.dataset, source, new.content_key, before, beliefs), **tables)
    elif (source, content_key) not in shelf.seen:
        _pass_over(place, source, content_key, text_key, new.transcript_id)
    shelf.texts[text_key] = source
    return bool(tables), ""


def _source(path: Path) -> str:
    """Say under which name the study knows a file; many a study has one `interview.docx` in each folder."""
    return f"{archives.folder(path)}/{path.name}"


def _pass_over(place: Workplace, source: str, content_key: str, text_key: str, transcript_id: str) -> None:
    """Remember a file whose words are there already, so that it is not read again while they are."""
    seen = {"dataset": place.run.dataset, "source": source, "content_key": content_key, "text_key": text_key}
    rows = [{**seen, "transcript_id": transcript_id, "run_id": place.run.id}]
    place.put("read", keyed_hash(place.secret, "twin", *seen.values()), twins=rows)


@dataclass(frozen=True)
class _New:
    """What one file adds to the study: rows for what is not there yet."""

    place: Workplace
    shelf: _Shelf
    source: str
    transcript: Transcript
    corrections: tuple[Correction, ...]
    text_key: str
    content_key: str

    def rows(self) -> dict[str, Rows]:
        """Make the rows of a transcript that is new, has a new text or new turns, or is believed otherwise; or none."""
        revision, beliefs = self._revision_rows(), self._speaker_rows()
        if not revision and not beliefs["speaker_beliefs"]:
            return {}
        place = self.place
        described = {"kind": self.transcript.kind, "language": place.settings.study.language}
        transcript = {"id": self.transcript_id, "dataset": place.run.dataset, "source": self.source, **described}
        return {"datasets": [{"id": place.run.dataset}], "transcripts": [transcript], **beliefs, **revision}

    @cached_property
    def known(self) -> dict[str, Any] | None:
        return self.shelf.live.get(self.source)

    @cached_property
    def transcript_id(self) -> str:
        return self.shelf.transcript_id(self.source)

    def speaker_id(self, label: str | None) -> str:
        return keyed_hash(self.place.secret, "speaker", self.transcript_id, label or "")

    def _revision_rows(self) -> dict[str, Rows]:
        transcript, known = self.transcript, self.known
        spans = [(turn.start, turn.end, self.speaker_id(turn.speaker)) for turn in transcript.turns]
        if known and known["text_key"] == self.text_key and self.shelf.turns.get(known["revision_id"]) == spans:
            return {}
        number = known["number"] + 1 if known else 1
        revision = plain_hash("revision", self.transcript_id, str(number), self.text_key)
        keys = {"text_key": self.text_key, "content_key": self.content_key}
        made = {"format": transcript.format, "encoding": transcript.encoding, "run_id": self.place.run.id}
        text = {
            "id": revision,
            "transcript_id": self.transcript_id,
            "number": number,
            "text": transcript.text,
            **keys,
            **made,
        }
        turns = [
            {
                "revision_id": revision,
                "position": position,
                "start": start,
                "end": end,
                "speaker_id": speaker,
                "begins": transcript.turns[position].begins,
                "ends": transcript.turns[position].ends,
            }
            for position, (start, end, speaker) in enumerate(spans)
        ]
        shared = offset_map(known["text"], transcript.text) if known else []
        return {
            "revisions": [text],
            "turns": turns,
            "offset_maps": [{"revision_id": revision, **asdict(stretch)} for stretch in shared],
        }

    def _speaker_rows(self) -> dict[str, Rows]:
        tables: dict[str, Rows] = {"participants": [], "speakers": [], "speaker_beliefs": []}
        corrected = {correction.speaker: correction for correction in self.corrections}
        for speaker in self.transcript.speakers:
            known = self.shelf.beliefs.get(self.speaker_id(speaker.label))
            correction = corrected.get(speaker.label)
            if known and not correction:
                continue
            if not known:
                tables["speakers"].append(self._speaker_row(speaker))
            belief = self._belief(speaker, correction, known, tables["speakers"])
            if not known or belief != {key: known[key] for key in belief}:
                tables["speaker_beliefs"].append(self._belief_row(speaker, belief, bool(correction), known))
                if participant := belief["participant_id"]:
                    tables["participants"].append({"id": participant})
        return tables

    def _speaker_row(self, speaker: Speaker) -> dict[str, Any]:
        pseudonym = UNNAMED if speaker.label is None else self.shelf.new_name("I" if speaker.asks else "P")
        label = keyed_hash(self.place.secret, "label", speaker.label or "")
        identity = self.speaker_id(speaker.label)
        return {"id": identity, "transcript_id": self.transcript_id, "label_key": label, "pseudonym": pseudonym}

    def _belief(
        self, speaker: Speaker, correction: Correction | None, known: dict[str, Any] | None, new: Rows
    ) -> dict[str, Any]:
        participant = correction.participant if correction else ""
        if not participant and known:
            participant = known["participant_id"]
        if not participant and speaker.label is not None and not speaker.asks:
            own = new[-1]["pseudonym"] if not known else known["pseudonym"]
            participant = own if own.startswith("P") else self.shelf.new_name("P")
        return {"asks": speaker.asks, "standing": list(speaker.standing), "participant_id": participant or None}

    def _belief_row(
        self, speaker: Speaker, belief: dict[str, Any], corrected: bool, known: dict[str, Any] | None
    ) -> dict[str, Any]:
        number = known["number"] + 1 if known else 1
        basis = "corrected" if corrected else "guessed"
        identity = self.speaker_id(speaker.label)
        return {"speaker_id": identity, "number": number, **belief, "basis": basis, "run_id": self.place.run.id}

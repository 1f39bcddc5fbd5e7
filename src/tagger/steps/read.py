"""The first stage: files to transcripts, with pseudonyms for their speakers and revisions of what is already there."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from tagger.errors import TranscriptError, UsageError
from tagger.exchange.attributes import Attributes, PermissionSaid
from tagger.moments import after
from tagger.privacy import keyed_hash, plain_hash
from tagger.records import Permission, Speaker, Transcript
from tagger.revisions import offset_map
from tagger.steps import archives
from tagger.steps.shelf import Shelf
from tagger.steps.workplace import UNNAMED, Outcome, Rows, Run, Workplace, batches, workplace
from tagger.transcripts import read as read_transcript
from tagger.transcripts.corrections import Correction, apply, for_file, key
from tagger.wording import several

_READER = "1"
_FILES_A_BATCH = 20
_REPLACED = "names were replaced here by pseudonyms, and a file would bring them back."
_ASKS_NOW = "is taken for who asks now: what was read in these words is kept, and counts no more."
_ANSWERS_NOW = "is not taken for who asks any more: these words are passages now, or are again."


def pending(run: Run) -> Iterator[tuple[str, ...]]:
    """Name the files that differ from what is stored, in batches, in the order of their names."""
    place = workplace(run)
    shelf = _shelf(place)
    corrected = _corrected(run)
    todo = [
        str(path)
        for path in found(run.paths, Path(run.study))
        if _is_of(run.dataset, _said_of(place, path)) and (corrected or not _unchanged(place, shelf, path))
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
    shelf = _shelf(place)
    problems: list[str] = []
    notes: list[str] = []
    stored = passed_over = 0
    for path in map(Path, paths):
        if shelf.pseudonymised(source(path)) and not _corrected(run):
            passed_over += 1
            continue
        try:
            new, told = _read_one(place, shelf, path)
        except (TranscriptError, UsageError) as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{path.name}: it cannot be opened ({error.strerror}). Check its permissions.")
        else:
            stored += new
            notes += told
    if passed_over:
        notes.append(f"{several(passed_over, 'file was', 'files were')} passed over: {_REPLACED}")
    return Outcome({"transcripts": stored, "files with problems": len(problems)}, tuple(problems), tuple(notes))


def source(path: Path) -> str:
    """Say under which name the study knows a file; many a study has one `interview.docx` in each folder."""
    return f"{archives.folder(path)}/{path.name}"


def _corrected(run: Run) -> bool:
    """Say whether something is said of files, so that those are looked at too that are as they were."""
    return bool(run.speakers or run.attributes or run.encoding)


def _said_of(place: Workplace, path: Path) -> Attributes | None:
    """Return the row of the sheet of attributes that is about a file."""
    return next(iter(for_file(place.attributes, str(path))), None)


def _is_of(dataset: str, row: Attributes | None) -> bool:
    return row is None or row.dataset in ("", dataset)


def content_key(secret: bytes, data: bytes) -> str:
    """Return what tells whether a file holds the bytes that were read before."""
    return keyed_hash(secret, "content", _READER, hashlib.sha256(data).hexdigest())


def _unchanged(place: Workplace, shelf: Shelf, path: Path) -> bool:
    try:
        return (source(path), content_key(place.secret, archives.contents(path))) in shelf.seen
    except (OSError, TranscriptError):
        return False  # reading it again will say what is wrong with it


def _shelf(place: Workplace) -> Shelf:
    return Shelf(place, [source(file) for file in found(place.run.paths, Path(place.run.study))])


def _read_one(place: Workplace, shelf: Shelf, path: Path) -> tuple[bool, list[str]]:
    """Read one file and leave its shard; say whether it held anything new, and what a person would wonder at."""
    run, secret = place.run, place.secret
    name = source(path)
    if name in shelf.clashing:
        raise UsageError("two files go by this name", where=name, remedy="Rename one of them or its folder")
    if shelf.refuses(name):
        raise UsageError(
            "it was withdrawn from this study and is not read again", where=name, remedy="Delete the file if you can"
        )
    data = archives.contents(path)
    said = _said_of(place, path)
    attributes = shelf.attributes_with(name, said, run.encoding)
    encoding = attributes.get("encoding")
    transcript = read_transcript(data, path.name, encoding)
    if encoding and codecs.lookup(encoding).name != transcript.encoding:
        del attributes["encoding"]  # the file says itself how it is written, as those of Word do
    shelf.keep_apart(place.framework.id, name, reflects=transcript.kind == "reflection")
    corrections = for_file(place.corrections, str(path))
    transcript = apply(transcript, corrections) if corrections else transcript
    text_key = keyed_hash(secret, "text", transcript.text)
    bytes_key = content_key(secret, data)
    twin = shelf.texts.get(text_key, name)
    if twin != name:
        _pass_over(place, name, bytes_key, text_key, shelf.transcript_id(twin))
        return False, [f"{name}: holds the same words as {twin}, so it was not stored a second time."]
    participants = said.participants if said else ()
    permission = said.permission if said else PermissionSaid()
    new = _New(place, shelf, name, transcript, corrections, participants, attributes, permission, text_key, bytes_key)
    if tables := new.rows():
        before = shelf.live[name]["revision_id"] if name in shelf.live else ""
        said_of_it = [*tables["speaker_beliefs"], *tables["transcript_attributes"], *tables["permissions"]]
        beliefs = str([{**belief, "run_id": ""} for belief in said_of_it])
        place.put("read", keyed_hash(secret, "read", run.dataset, name, bytes_key, before, beliefs), **tables)
    elif (name, bytes_key) not in shelf.seen and not shelf.pseudonymised(name):
        _pass_over(place, name, bytes_key, text_key, new.transcript_id)
    shelf.texts[text_key] = name
    return bool(tables), new.notes(tables)


def _pass_over(place: Workplace, name: str, bytes_key: str, text_key: str, transcript_id: str) -> None:
    """Remember a file whose words are there already, so that it is not read again while they are."""
    seen = {"dataset": place.run.dataset, "source": name, "content_key": bytes_key, "text_key": text_key}
    rows = [{**seen, "transcript_id": transcript_id, "run_id": place.run.id}]
    place.put("read", keyed_hash(place.secret, "twin", *seen.values()), twins=rows)


@dataclass(frozen=True)
class _New:
    """What one file adds to the study: rows for what is not there yet."""

    place: Workplace
    shelf: Shelf
    source: str
    transcript: Transcript
    corrections: tuple[Correction, ...]
    participants: tuple[str, ...]
    attributes: Mapping[str, str]
    permission: PermissionSaid
    text_key: str
    content_key: str

    def rows(self) -> dict[str, Rows]:
        """Make the rows of a transcript that is new, has a new text or new turns, or is believed otherwise; or none."""
        revision, beliefs, attributes = self._revision_rows(), self._speaker_rows(), self._attribute_rows()
        permissions = self._permission_rows()
        if not revision and not beliefs["speaker_beliefs"] and not attributes and not permissions:
            return {}
        people = [*beliefs.pop("participants"), *({"id": row["participant_id"]} for row in permissions)]
        place = self.place
        described = {"kind": self.transcript.kind, "language": place.settings.study.language}
        transcript = {"id": self.transcript_id, "dataset": place.run.dataset, "source": self.source, **described}
        made = {"datasets": [{"id": place.run.dataset}], "transcripts": [transcript]}
        return {
            **made,
            "participants": people,
            **beliefs,
            "permissions": permissions,
            "transcript_attributes": attributes,
            "run_sheets": _sheet_rows(place.run),
            **revision,
        }

    def notes(self, tables: Mapping[str, Rows]) -> list[str]:
        """Say what follows for readings where somebody turns out to ask, or not to, and which encoding was kept."""
        told = [f"{self.source}: its text was not read: {_REPLACED}"] if self._is_pseudonymised else []
        for belief in tables.get("speaker_beliefs", []):
            known = self.shelf.beliefs.get(belief["speaker_id"])
            if known and known["asks"] != belief["asks"] and True in (known["asks"], belief["asks"]):
                told.append(f"{self.source}: {known['pseudonym']} {_ASKS_NOW if belief['asks'] else _ANSWERS_NOW}")
        _, held = self.shelf.attributes.get(self.transcript_id, (0, {}))
        encoding = self.attributes.get("encoding")
        if "revisions" in tables and encoding and encoding == held.get("encoding") != self.place.run.encoding:
            told.append(
                f"{self.source}: was read as {encoding}, as you said before. To have it detected: - as encoding."
            )
        return told

    @cached_property
    def known(self) -> dict[str, Any] | None:
        return self.shelf.live.get(self.source)

    @property
    def _is_pseudonymised(self) -> bool:
        return self.shelf.pseudonymised(self.source)

    @cached_property
    def _letter(self) -> str:
        """Return with what the pseudonyms of this transcript's people begin: those who read are no participants."""
        return "R" if self.transcript.kind == "reflection" else "P"

    @cached_property
    def transcript_id(self) -> str:
        return self.shelf.transcript_id(self.source)

    def speaker_id(self, label: str | None) -> str:
        return keyed_hash(self.place.secret, "speaker", self.transcript_id, label or "")

    def _revision_rows(self) -> dict[str, Rows]:
        transcript, known = self.transcript, self.known
        spans = [(turn.start, turn.end, self.speaker_id(turn.speaker)) for turn in transcript.turns]
        if self._is_pseudonymised:
            return {}
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

    def _permission_rows(self) -> Rows:
        """Make a row for each participant named beside the file whose permission is another one now."""
        now = datetime.fromisoformat(self.place.run.started_at)
        rows = []
        for person in self.participants:
            held = self.shelf.permissions.get(person, Permission())
            if (new := self.permission.over(held)) != held:
                self.shelf.permissions[person] = new
                at = after(now, self.shelf.recorded.get(person))
                rows.append({"participant_id": person, **asdict(new), "recorded_at": at})
        return rows

    def _attribute_rows(self) -> Rows:
        number, held = self.shelf.attributes.get(self.transcript_id, (0, {}))
        several = {"participants": "; ".join(self.participants)} if self.participants and not self._sole else {}
        attributes = {**self.attributes, **several}
        if attributes == held:
            return []
        content = json.dumps(attributes, ensure_ascii=False, sort_keys=True)
        new = {"transcript_id": self.transcript_id, "number": number + 1, "attributes": content}
        return [{**new, "run_id": self.place.run.id}]

    @cached_property
    def _corrected(self) -> dict[str | None, Correction]:
        """Return what people say of speakers, in their own sheet, and in that of attributes of who alone answers."""
        corrected = {key(row.speaker): row for row in self.corrections}
        if self._sole:
            label, [participant] = self._sole.label, self.participants
            row = corrected.get(key(label), Correction(self.source, label))
            if row.participant not in ("", participant):
                raise UsageError(
                    f"the sheet of speakers says {row.participant}, and that of attributes {participant}",
                    where=self.source,
                    remedy="Correct one of them",
                )
            corrected[key(label)] = replace(row, participant=participant)
        return corrected

    @cached_property
    def _sole(self) -> Speaker | None:
        """Return the speaker whom the sheet of attributes names by one participant: the only one who gives evidence."""
        answering = [each for each in self.transcript.speakers if not self._asks(each)]
        return answering[0] if len(answering) == len(self.participants) == 1 else None

    def _asks(self, speaker: Speaker) -> bool | None:
        """Say whether a speaker asks: as is said now, else as was known, else as is guessed."""
        known = self.shelf.beliefs.get(self.speaker_id(speaker.label))
        said = next((row for row in self.corrections if key(row.speaker) == key(speaker.label)), None)
        is_said = said and (said.asks is not None or said.asks_open)
        asks: bool | None = known["asks"] if known and not is_said else speaker.asks
        return asks

    def _speaker_rows(self) -> dict[str, Rows]:
        tables: dict[str, Rows] = {"participants": [], "speakers": [], "speaker_beliefs": []}
        for speaker in self.transcript.speakers:
            known = self.shelf.beliefs.get(self.speaker_id(speaker.label))
            correction = self._corrected.get(key(speaker.label))
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
        pseudonym = UNNAMED if speaker.label is None else self.shelf.new_name("I" if speaker.asks else self._letter)
        label = keyed_hash(self.place.secret, "label", speaker.label or "")
        identity = self.speaker_id(speaker.label)
        return {"id": identity, "transcript_id": self.transcript_id, "label_key": label, "pseudonym": pseudonym}

    def _belief(
        self, speaker: Speaker, correction: Correction | None, known: dict[str, Any] | None, new: Rows
    ) -> dict[str, Any]:
        asks = self._asks(speaker)
        standing = known["standing"] if known and correction and not correction.standing else list(speaker.standing)
        participant = correction.participant if correction else ""
        if not participant and known:
            participant = known["participant_id"]
        if not participant and speaker.label is not None and not asks:
            own = new[-1]["pseudonym"] if not known else known["pseudonym"]
            participant = own if own.startswith(self._letter) else self.shelf.new_name(self._letter)
        return {"asks": asks, "standing": standing, "participant_id": participant or None}

    def _belief_row(
        self, speaker: Speaker, belief: dict[str, Any], corrected: bool, known: dict[str, Any] | None
    ) -> dict[str, Any]:
        number = known["number"] + 1 if known else 1
        basis = "corrected" if corrected else "guessed"
        identity = self.speaker_id(speaker.label)
        return {"speaker_id": identity, "number": number, **belief, "basis": basis, "run_id": self.place.run.id}


def _sheet_rows(run: Run) -> Rows:
    """Say by what a run was told of corrections, and by whose account; a sheet's name could hold a person's."""
    told = {"speakers": run.speakers, "attributes": run.attributes, "encoding": run.encoding}
    return [{"run_id": run.id, "holds": holds, "given_by": run.given_by} for holds, given in told.items() if given]

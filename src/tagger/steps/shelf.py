"""What a study holds of a dataset while files are read into it: live texts, speakers, names, and what was withdrawn."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from tagger.errors import UsageError
from tagger.exchange.attributes import NOTHING, Attributes
from tagger.privacy import PSEUDONYMISED, keyed_hash, pseudonyms
from tagger.steps import permissions
from tagger.steps.workplace import Workplace


class Shelf:
    """
    What the study holds of a dataset already, kept up to date while a batch is read.

    Args:
        sources: the names of all files of the run; two of one name are told by neither.
    """

    def __init__(self, place: Workplace, sources: Sequence[str]) -> None:
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
            said = database.rows("SELECT transcript_id, number, attributes FROM current_attributes")
            names = database.rows(
                "SELECT id FROM participants UNION SELECT pseudonym FROM speakers "
                "UNION SELECT unnest(names) FROM withdrawals"
            )
            twins = database.rows("SELECT source, content_key, text_key FROM twins WHERE dataset = $dataset", here)
            tombstones = database.rows("SELECT source_key FROM tombstones")
            lists = database.rows(
                "SELECT DISTINCT c.framework, t.kind = 'reflection' FROM newest_scorings c "
                "JOIN transcripts t ON t.dataset = c.dataset WHERE c.dataset <> $dataset",
                here,
            )
            self.permissions = permissions.held(database)
            self.recorded = permissions.recorded(database)
        self.live = {row["source"]: row for row in live}
        self.reflects = {row["kind"] == "reflection" for row in live}
        self.lists = {(str(name), bool(reflects)) for name, reflects in lists}
        self.texts = {row["text_key"]: row["source"] for row in live}
        self.clashing = {source for source, files in Counter(sources).items() if files > 1}
        self.seen = {(row["source"], row["content_key"]) for row in live}
        self.seen |= {(source, content) for source, content, text in twins if text in self.texts}
        self.beliefs = {row["speaker_id"]: row for row in beliefs}
        self.names = {str(name) for (name,) in names} | {row.participant for row in place.corrections}
        self.names |= {name for row in place.attributes for name in row.participants}
        self.attributes = {str(key): (int(number), dict(json.loads(held))) for key, number, held in said}
        self.tombstones = {str(key) for (key,) in tombstones}
        self.turns: dict[str, list[tuple[int, int, str]]] = {}
        for row in turns:
            self.turns.setdefault(row["revision_id"], []).append((row["start"], row["end"], row["speaker_id"]))

    def refuses(self, source: str) -> bool:
        """Say whether somebody was withdrawn from a file, under this name, into whatever dataset it would go now."""
        keys = {keyed_hash(self._secret, "source", self._dataset, source)}
        if source not in self.live:
            keys |= {keyed_hash(self._secret, "source", name) for name in (source, PurePath(source).stem)}
        return not keys.isdisjoint(self.tombstones)

    def pseudonymised(self, source: str) -> bool:
        """Say whether names were replaced in the transcript that a file was read into, so that it is not read again."""
        return (source, PSEUDONYMISED) in self.seen

    def transcript_id(self, source: str) -> str:
        """Return the id of a transcript: the one it has, or the one its source gives it for ever."""
        if source in self.live:
            return str(self.live[source]["transcript_id"])
        return "T" + keyed_hash(self._secret, "transcript", self._dataset, source)[:10]

    def attributes_with(self, source: str, row: Attributes | None, encoding: str) -> dict[str, str]:
        """Return what is known of a transcript, with what the sheet and a run's encoding say of it put over it."""
        _, held = self.attributes.get(self.transcript_id(source), (0, {}))
        said = {**({"encoding": encoding} if encoding else {}), **(row.said if row else {})}
        return {key: value for key, value in {**held, **said}.items() if value != NOTHING}

    def new_name(self, letter: str) -> str:
        """Give the next free pseudonym."""
        name = next(pseudonyms(self.names, letter))
        self.names.add(name)
        return name

    def keep_apart(self, framework: str, source: str, *, reflects: bool) -> None:
        """
        Refuse to mix reflections of those who read with what participants said, in a dataset or under one list.

        Raises:
            UsageError: the dataset holds the other, or another dataset that does is read with this list.
        """
        what = "reflections of those who read" if reflects else "what participants said"
        if (not reflects) in self.reflects:
            raise UsageError(
                f"it holds {what}, and the dataset {self._dataset} holds something else: they are kept apart",
                where=source,
                remedy="Name another one, such as --dataset reflections" if reflects else "Name another: --dataset",
            )
        if (framework, not reflects) in self.lists:
            raise UsageError(
                f"it holds {what}, and the list {framework} is used for something else: they are kept apart",
                where=source,
                remedy="Name another one, such as --framework reflexive" if reflects else "Name another: --framework",
            )
        self.reflects.add(reflects)

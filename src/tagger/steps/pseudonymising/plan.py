"""What a list does to a study: which texts it changes, what the key remembers then, and what the study is made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tagger import __version__
from tagger.errors import UsageError
from tagger.pseudonyms.checking import remembered
from tagger.pseudonyms.matching import Matcher
from tagger.pseudonyms.records import Entry, Known
from tagger.pseudonyms.replacing import Replaced
from tagger.steps.pseudonymising import following
from tagger.steps.pseudonymising.masked import Masked
from tagger.steps.pseudonymising.texts import Revision, Texts
from tagger.steps.withdrawal.anew import Anew
from tagger.steps.withdrawal.going import Going
from tagger.steps.workplace import Rows
from tagger.store import Readable

_LEARNED = """
SELECT DISTINCT l.id, l.framework FROM learned l
WHERE l.framework IN (SELECT f.name FROM scorings s JOIN frameworks f ON f.id = s.framework_id
                      WHERE list_contains($datasets::VARCHAR[], s.dataset))
   OR l.id IN (SELECT learned_id FROM learned_transcripts WHERE list_contains($transcripts::VARCHAR[], transcript_id))
ORDER BY l.framework, l.id
"""


@dataclass(frozen=True)
class Plan:
    """
    What a list does to a study.

    Args:
        database: the study.
        entries: of the list.
        known: what the key remembers before.
    """

    database: Readable
    entries: Sequence[Entry]
    known: Sequence[Known]

    @cached_property
    def matcher(self) -> Matcher:
        """Return what finds the words of the list."""
        return Matcher(self.entries)

    @cached_property
    def texts(self) -> Texts:
        """Return the study's texts."""
        return Texts(self.database)

    @cached_property
    def remembered(self) -> list[Known]:
        """Return what the key remembers afterwards."""
        return remembered(self.entries, self.known, [one.text for one in self.texts.live.values()])

    @cached_property
    def replaced(self) -> dict[str, Replaced]:
        """Return all texts of the transcripts in which something is replaced, by revision."""
        found = self.texts.found_in(self.texts.all) if self.matcher.looks_again else {}
        made = {
            one.id: self.matcher.replaced(one.transcript, one.text, found.get(one.id, ())) for one in self.texts.all
        }
        touched = {one.transcript for one in self.texts.all if made[one.id].replacements}
        return {one.id: made[one.id] for one in self.texts.all if one.transcript in touched}

    @property
    def masked(self) -> list[Revision]:
        """Return these texts, the newest of each transcript last."""
        return [one for one in self.texts.all if one.id in self.replaced]

    @property
    def newest(self) -> list[Revision]:
        """Return the newest of them."""
        return [one for one in self.texts.live.values() if one.id in self.replaced]

    @cached_property
    def learned(self) -> dict[str, str]:
        """Return what was learned with these texts in sight, by its id the list of values it was learned for."""
        about: dict[str, object] = {
            "datasets": sorted({one.dataset for one in self.newest}),
            "transcripts": [one.transcript for one in self.newest],
        }
        return dict(self.database.rows(_LEARNED, about))

    def must_do_something(self) -> None:
        """
        Make sure that the list can be done, and changes something.

        Raises:
            UsageError: it cannot, or nothing of it stands in the study.
        """
        if not any(one.do == "replace" for one in self.entries):
            raise UsageError("the list replaces nothing", remedy="Write replace in the column 'do'")
        if self.remembered and not self.replaced:
            raise UsageError(
                "none of these words stand in the study any more", remedy="Make a new list: tagger pseudonymise -o LIST"
            )

    def anew(self, run_id: str, now: datetime) -> tuple[Anew, Masked]:
        """Return what a study with pseudonyms is made of."""
        going = Going(self.database)
        going.add("learned", self.learned)
        anew = Anew(going)
        secret = bytes(self.database.rows("SELECT secret FROM study")[0][0])
        masked = Masked(self.database, self.masked, self.replaced, secret)
        masked.change(anew)
        anew.rewrite(self.matcher.taken_out)
        anew.add(following.rows(masked, self.database, run_id, now))
        anew.add(self._run(run_id, now))
        return anew, masked

    def _run(self, run_id: str, now: datetime) -> dict[str, Rows]:
        counts = {
            "transcripts": len(self.newest),
            "words": sum(len(self.replaced[x.id].replacements) for x in self.newest),
        }
        run = {"id": run_id, "started_at": now, "engine": "pseudonyms", "dataset": "", "settings": "{}"}
        ended = {"run_id": run_id, "ended_at": now, "seconds": 0.0, "counts": json.dumps(counts)}
        return {"runs": [run | {"tagger_version": __version__}], "run_ends": [ended]}

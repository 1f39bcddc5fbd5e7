"""Somebody who reads leaves: their notes and reflections go, and their codings unless they agree that these stay."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from tagger.errors import UsageError
from tagger.steps.withdrawal import folder as files
from tagger.steps.withdrawal.anew import Anew
from tagger.steps.withdrawal.going import Going
from tagger.store import Readable
from tagger.withdrawing import GONE

_STAY = ("access_changes", "audit_passages", "content_note_removals", "framework_changes", "hand_overs", "proposals")
"""What others rest on stays, under a letter: a draw, a list that was agreed on, what was proposed to them."""
_STAY_WITH_CODINGS = (
    "arms", "codings", "decisions", "displays", "imported_rows", "packs", "positions", "proposal_people", "servings",
)  # fmt: skip
_FOUND = "SELECT coder_id, letter, name FROM readers WHERE lower(name) = lower($name) OR lower(letter) = lower($name)"
_EVERYBODY = "SELECT name FROM readers ORDER BY name"
_MEMOS = "SELECT id FROM decisions WHERE coder_id = $coder AND act = 'memo' ORDER BY id"
_LINKS = """
SELECT l.id FROM sign_in_links l JOIN access_changes a ON a.number = l.access_number
WHERE a.coder_id = $coder ORDER BY l.id
"""
_TAUGHT = """
SELECT DISTINCT l.id, l.framework FROM learned l
JOIN learned_codings x ON x.learned_id = l.id
JOIN going g ON g.kind = 'codings' AND g.id = x.coding_id
ORDER BY l.framework, l.id
"""
_COUNTS = """
SELECT (SELECT count(*) FROM codings WHERE coder_id = $coder) AS readings,
       (SELECT count(*) FROM decisions WHERE coder_id = $coder AND note IS NOT NULL)
       + (SELECT count(*) FROM content_notes WHERE coder_id = $coder) AS notes,
       (SELECT count(*) FROM reflections WHERE coder_id = $coder) AS reflections,
       (SELECT count(*) FROM proposals WHERE coder_id = $coder) AS proposals
"""


@dataclass(frozen=True)
class Name:
    """Somebody's name where others wrote it, and the letter that takes its place."""

    name: str
    letter: str

    def found_in(self, text: str) -> bool:
        """Say whether a text names them."""
        return bool(self._pattern.search(text))

    def taken_out(self, text: str) -> str:
        """Return a text with the letter in the place of the name."""
        return self._pattern.sub(self.letter, text)

    @property
    def _pattern(self) -> re.Pattern[str]:
        # A first name alone may be a word too, which is written small.
        return re.compile(rf"(?<!\w){re.escape(self.name)}(?!\w)", re.IGNORECASE if " " in self.name else 0)


@dataclass(frozen=True)
class LeavingReader:
    """
    Somebody who reads, or whose codings were brought in, and who leaves.

    Args:
        database: the study.
        who: their name, or their letter.
        keep_codings: they agree that their codings stay.
    """

    database: Readable
    who: str
    keep_codings: bool = False

    def must_be_there(self) -> None:
        """
        Make sure that there is somebody to take out.

        Raises:
            UsageError: nobody here is called so.
        """
        if not self._rows or self._rows[0][1] == self._rows[0][2]:
            names = ", ".join(str(name) for (name,) in self.database.rows(_EVERYBODY)) or "nobody"
            raise UsageError(f"nobody who reads here is called {self.who}", remedy=f"Those who read are: {names}")

    @property
    def letter(self) -> str:
        """Return what others know them by."""
        return str(self._rows[0][1])

    @cached_property
    def quotes(self) -> Name:
        """Return what is to be found of them in what others wrote."""
        return Name(str(self._rows[0][2]), self.letter)

    @cached_property
    def learned(self) -> dict[str, str]:
        """Return what was learned from codings that go, by its id the list of values that it was learned for."""
        rows = self.database.table(_TAUGHT, going=self._acts.table()).to_pylist()
        return {row["id"]: row["framework"] for row in rows}

    @cached_property
    def going(self) -> Going:
        """Return the rows that go."""
        going = self._acts
        going.add("learned", self.learned)
        return going

    def look(self, folder: Path) -> files.Found:
        """Look for their name in files; what has it is named, and stays as it is."""
        found = files.look(folder, self.quotes, (), ())
        return files.Found(naming=(*found.holding, *found.lists))

    def counts(self) -> dict[str, int]:
        """Count what there is of them."""
        [counts] = self.database.table(_COUNTS, {"coder": self._id}).to_pylist()
        return {name: int(number) for name, number in counts.items()}

    def anew(self, identity: str, now: datetime) -> Anew:
        """
        Return what a study without them is made of.

        Args:
            identity: of the receipt.
        """
        anew = Anew(self.going)
        anew.rewrite(self.quotes.taken_out)
        anew.change("coders", self._under_a_letter)
        anew.change("access_changes", lambda row: row | ({"roles": []} if row["coder_id"] == self._id else {}))
        anew.change("decisions", self._silent("note", None))
        for table in ("proposals", "positions"):
            anew.change(table, self._silent("reason", GONE))
        anew.change("run_sheets", lambda row: row | {"given_by": self.quotes.taken_out(row["given_by"])})
        anew.change("dataset_attributes", lambda row: row | {"said_by": self.quotes.taken_out(row["said_by"])})
        receipt = {"id": identity, "kind": "reader", "who": self.letter, "dataset": "", "names": []}
        left = {"id": identity, "coder_id": self._id, "by_id": None, "handed_at": now}
        counts = json.dumps({**self.counts(), "codings stay": int(self.keep_codings)})
        anew.add({"withdrawals": [{**receipt, "counts": counts, "withdrawn_at": now}], "hand_overs": [left]})
        return anew

    @cached_property
    def _acts(self) -> Going:
        stay = (*_STAY, *(_STAY_WITH_CODINGS if self.keep_codings else ()))
        going = Going(self.database, ((table, "coder_id") for table in stay))
        going.add("coders", [self._id])
        going.add("sign_in_links", (str(one) for (one,) in self.database.rows(_LINKS, {"coder": self._id})))
        if self.keep_codings:
            going.add("decisions", (str(one) for (one,) in self.database.rows(_MEMOS, {"coder": self._id})))
        return going

    @cached_property
    def _rows(self) -> list[tuple[Any, ...]]:
        return self.database.rows(_FOUND, {"name": " ".join(self.who.split())})

    @property
    def _id(self) -> str:
        return str(self._rows[0][0])

    def _under_a_letter(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the row of a person without a name; one who stays in counts is no reviewer any more."""
        if row["id"] != self._id:
            return row
        return {**row, "name": self.letter, "role": "analyst" if row["role"] and self.keep_codings else None}

    def _silent(self, column: str, instead: str | None) -> Any:
        def change(row: dict[str, Any]) -> dict[str, Any]:
            said = row["coder_id"] == self._id and row[column] is not None
            return {**row, column: instead} if said else row

        return change

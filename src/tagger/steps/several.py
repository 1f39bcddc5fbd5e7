"""How far the passages are that several people are to read: for the whole team, and never by person."""

from __future__ import annotations

from dataclasses import dataclass

from tagger.store import Readable
from tagger.wording import several


@dataclass(frozen=True, slots=True)
class Several:
    """
    The passages that are handed out and that more than one person is to read.

    Args:
        passages: how many there are.
        read: those that as many people have read as are wanted.
        short: those for which there are too few people, if all who are here read them.
        wanted: how many people are wanted for these, at the most.
        here: how many people read here.
    """

    passages: int
    read: int
    short: int
    wanted: int
    here: int

    @property
    def waiting(self) -> int:
        """Return how many wait for another reader."""
        return self.passages - self.read

    @property
    def words(self) -> tuple[str, ...]:
        """Say it in sentences; nothing where no passage is for several people."""
        if not self.passages:
            return ()
        are = "is" if self.passages == 1 else "are"
        said = [
            f"{several(self.passages, 'passage')} {are} to be read by several people. "
            f"Read by all that are wanted: {self.read:,}. Waiting for another reader: {self.waiting:,}."
        ]
        if self.short:
            read = "only 1 reads" if self.here == 1 else f"only {self.here:,} read" if self.here else "nobody reads"
            said.append(f"{self.wanted:,} people are wanted for {several(self.short, 'passage')}, and {read} here.")
        return tuple(said)


def read_by_several(db: Readable, *, everything: bool, viewer: str = "") -> Several:
    """
    Count the passages that more than one person is to read.

    Args:
        everything: passages without suggestions are handed out to everybody, too.
        viewer: who is told. What this person is still to read without suggestions is then left out, unless everything
            is handed out: the count would tell how many of these have one.
    """
    return Several(*db.rows(_SEVERAL, {"all": everything, "viewer": viewer})[0])


_SEVERAL = """
WITH here AS (
    SELECT coalesce(list(coder_id), []) AS people FROM readers_here
), counted AS (
    SELECT r.wanted, len(r.people) AS read, len(list_distinct(list_concat(r.people, h.people))) AS able
    FROM several_readings r CROSS JOIN here h
    WHERE $all OR (r.suggested AND r.excerpt_id NOT IN (SELECT excerpt_id FROM waiting_blind WHERE coder_id = $viewer))
)
SELECT count(*), count(*) FILTER (WHERE read >= wanted), count(*) FILTER (WHERE able < wanted),
       coalesce(max(wanted) FILTER (WHERE able < wanted), 0), (SELECT len(people) FROM here)
FROM counted
"""

"""A study in which two people read passages without suggestions, and what else people may do in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from desk import AT_ONCE, Desk, lasting
from small_study import SmallStudy

SAID: Mapping[str, Callable[[int], Sequence[str]]] = {
    "Ann": lambda number: ["choice"] if number % 3 == 0 else [],
    "Ben": lambda number: ["choice", "common"] if number % 3 == 0 else ["common"] if number % 4 == 1 else [],
}
"""What each finds in a passage by its number: they agree on choice, and Ben finds a second value."""
READ = 12


def passages(desk: Desk) -> list[str]:
    """Return the passages in an order in which neighbours are of different transcripts, the same in each study."""
    rows = desk.ask(
        "SELECT excerpt_id FROM (SELECT *, row_number() OVER (PARTITION BY transcript ORDER BY start) AS place "
        "FROM excerpt_list WHERE kind = 'passage') ORDER BY place, text"
    )
    return [row["excerpt_id"] for row in rows]


def read_blind(desk: Desk, reader: str, excerpt: str, found: Sequence[str] = ()) -> None:
    """Have a person read a passage without suggestions, to the end."""
    desk.decide(desk.blind(reader, excerpt), "done", dict.fromkeys(found, "yes"))


def read_by_two(study: SmallStudy) -> SmallStudy:
    """Have two people read the same passages without suggestions, and return the study."""
    with lasting(study) as desk:
        for reader, said in SAID.items():
            desk.reader(reader)
            for number, excerpt in enumerate(passages(desk)[:READ]):
                read_blind(desk, reader, excerpt, said(number))
        desk.db.run("UPDATE arms SET stratum = 'runs'")  # as the study itself draws them
    return study


def read_assisted(desk: Desk, reader: str, excerpt: str) -> None:
    """Show a person what is suggested, and have them say yes to all values."""
    served = desk.serve(reader, excerpt)
    assert desk.show(reader, excerpt, review=AT_ONCE)[excerpt].suggestions
    desk.decide(served, "done", {"choice": "yes", "common": "yes"})
    assert ["assisted"] == [kind for kind, _, _ in desk.current(reader, excerpt)]

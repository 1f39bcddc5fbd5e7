"""Requests of chance to the pages of `tagger review`, by people of every role and by nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from house import House
from roamer import ACTS, Roaming, rows, unsound
from small_study import SmallStudy
from visitor import AT_HOME

from fuzzing import studies
from fuzzing.cases import REFUSED, TAKEN, judged
from tagger.store import serving

LEARNS = 50
REFUSALS = range(400, 500)


@dataclass(frozen=True)
class Routes:
    """The pages: a thousand requests to each copy of a study, which is sound afterwards."""

    name: str = "routes"
    weight: float = 1.0

    def ready(self) -> None:
        """Make the study."""
        studies.tagged()

    def written(self, seed: int, number: int) -> tuple[str, bytes]:
        """Say where the request is from; what it was stands in what is said when it fails."""
        return "case.txt", f"request {number} of seed {seed}\n".encode()

    def outcomes(self, seed: int, numbers: Iterable[int]) -> Iterator[tuple[int, str]]:
        """Send the requests, one after another, to one copy of the study."""
        with ExitStack() as stack:
            study = SmallStudy(stack.enter_context(studies.copied()))
            house = House(stack.enter_context(serving(study.folder, "http://127.0.0.1:1")), study, AT_HOME)
            house.link("Somebody who looks after it", "admin")
            before = rows(house)
            roaming, number = None, 0
            for number in numbers:
                if roaming is None:
                    roaming = Roaming(house, f"{seed} {number}")
                    for who in roaming.everybody:
                        roaming.come_back(who)
                if number % LEARNS == 0:
                    roaming.learn()
                came = roaming.came.copy()
                outcome = judged(roaming.step)
                [*statuses] = roaming.came - came
                yield number, REFUSED if outcome == TAKEN and statuses[0] in REFUSALS else outcome
            if wrong := _wrong(house, before):
                yield number, wrong


def _wrong(house: House, before: dict[str, Counter[str]]) -> str:
    """Say what is the matter with the study, if anything is."""
    after = rows(house)
    lost = [name for name, held in before.items() if held - after[name]]
    grown = {name for name, held in after.items() if held - before[name]} - ACTS
    return "; ".join(
        f"{what}: {found}"
        for what, found in (("rows lost", lost), ("rows added to", grown), ("unsound", unsound(house)))
        if found
    )

"""How much of what shows a value people have found at least, for section 9: may they stop looking?"""

from __future__ import annotations

from dataclasses import dataclass

from tagger import agreement
from tagger.agreement import Estimate, FoundAtLeast, Searched
from tagger.report.document import Number, Table, shown
from tagger.report.evidence import AUDIT, Evidence, Value
from tagger.report.measuring import About
from tagger.wording import several

WANTED = 0.9
FOUND, MISSED = "found_at_least", "found_at_least (missed)"

_PEOPLE = "people and the audit"


@dataclass(frozen=True, slots=True)
class SoFar:
    """
    What the newest audit of a dataset says of one value.

    Args:
        dataset: the dataset; `alone` says that the study has no other with an audit.
        look: how many audits of the dataset there are.
        rest: in how many passages of the audit's frame nobody has found the value.
    """

    value: Value
    dataset: str
    alone: bool
    look: int
    rest: int
    found: FoundAtLeast

    @property
    def name(self) -> str:
        """Name the value, and the dataset where several have an audit."""
        return self.value.name if self.alone else f"{self.value.name} in {self.dataset}"

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        return self.found.words(self.name)

    @property
    def next(self) -> str:
        """Say what it takes to show that nine in ten have been found."""
        if self.found.at_least is not None and self.found.at_least >= WANTED:
            return "reached"
        needed = agreement.plan_search(self.found.found, self.rest, share=WANTED, look=self.look + 1).value
        return "not known yet" if needed is None else f"{needed:,} of {self.rest:,}"


def found_so_far(evidence: Evidence) -> list[SoFar]:
    """Return what the newest audits say of how much has been found, by value and dataset."""
    table = evidence.searched
    made = []
    for value in evidence.values:
        for dataset, strata in table[table["value_id"] == value.id].groupby("dataset", sort=True):
            columns = (strata[name].astype(int) for name in ("population", "sample", "found", "unanswered"))
            parts = [Searched(*map(int, counts)) for counts in zip(*columns, strict=True)]
            now, look = int(strata["found_now"].sum()), int(strata["look"].iloc[0])
            found, alone = agreement.found_at_least(parts, now, look=look), table["dataset"].nunique() == 1
            made.append(SoFar(value, str(dataset), alone, look, int(strata["rest"].sum()), found))
    return made


def numbers(evidence: Evidence, made: list[SoFar]) -> tuple[Number, ...]:
    """Return the shares found with their lower limits, and the numbers missed with their upper limits."""
    drawn = evidence.passages.iloc[evidence.audit["place"]]
    transcripts = drawn.groupby("dataset")["cluster"].nunique()
    rows = []
    for one in made:
        found, clusters = one.found, int(transcripts.get(one.dataset, 0))
        about = About(9, one.value.id, AUDIT, "" if one.alone else one.dataset)
        limits = {
            FOUND: (found.value, None if found.at_least is None else (found.at_least, 1.0)),
            MISSED: (found.missed, (0.0, float(found.missed_at_most))),
        }
        for name, (value, interval) in limits.items():
            estimate = Estimate(value, found.sampled, interval=interval, n_clusters=clusters)
            if value is None:
                estimate = Estimate(None, found.sampled, n_clusters=clusters, reason=found.reason)
            rows.append(about.number(_PEOPLE, name, estimate))
    return tuple(rows)


def table(made: list[SoFar], rows: tuple[Number, ...]) -> Table:
    """Show how much has been found, with a sentence for each value."""
    shares = {(one.value_id, one.group): one for one in rows if one.estimator == FOUND}
    return Table(
        "How much of what there is people have found",
        ("Value", "Found", "In words", "To read for 90%"),
        tuple(
            (
                one.value.name if one.alone else f"{one.value.name}, {one.dataset}",
                shown(shares[one.value.id, "" if one.alone else one.dataset]),
                one.words,
                one.next,
            )
            for one in made
        ),
        "Found: the share of the passages showing the value that somebody has found, as estimated, and in brackets the "
        "least that the audit leaves possible. To read for 90%: how many of the passages in which nobody has found the "
        "value another audit has to draw and read blind, the same part of each stratum, to show that 90% are found, if "
        "none of those read shows it.",
    )


def notes(made: list[SoFar]) -> tuple[str, ...]:
    """Say what the limits rest on."""
    looks = sorted({(one.look, one.found.alone) for one in made})
    alone = " or ".join(f"{100 * sure:.2f}".rstrip("0").rstrip(".") + f"% (audit {look})" for look, sure in looks)
    said = (
        "What has been found counts readings of all kinds. A passage shows a value if somebody has found it there, or "
        "if one of the audit's readers would. The limits come from the random draw alone, by exact arithmetic, and "
        "never from scores; they speak of each value by itself, and of the passages of the draw that are still there."
    )
    over = (
        "The confidence of 95% is that of all audits of a dataset together, however many are drawn; for the newest by "
        f"itself it is {alone}. So a team may look, read on, draw another audit, and stop at the first that is enough."
    )
    unanswered = max((one.found.unanswered for one in made), default=0)
    if not unanswered:
        return said, over
    counted = f"Drawn passages without an answer, such as {several(unanswered, 'passage')} for one value, count as if "
    return said, over, counted + "each showed it. So the limits are loose until these are read."

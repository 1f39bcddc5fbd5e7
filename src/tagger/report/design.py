"""Section 0: who coded what, how, and what of it may be compared; section 1: the data."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from tagger.report.document import Flow, Matrix, Section, Step, Table
from tagger.report.evidence import AUDIT, COMPARABLE, REFUSED, WORDS, Evidence, by_letter
from tagger.wording import several

_COUNTS = ("audit_frame", "audit_sample", "audit_lost", "audit_datasets", "audit_since", "left_out")
_NOT_HERE = "not recorded"


def design(evidence: Evidence) -> Section:
    """Return section 0: the way from passages to comparable readings, and what was refused."""
    read = evidence.readings
    passages = int(evidence.passages["current"].sum())
    if not passages:
        return Section(
            0, "Design and eligibility", "", empty="There are no passages yet: tagger run reads transcripts."
        )
    usable = read[read["source"].isin(COMPARABLE) & read["finished"]]
    refused = read[~read["source"].isin(COMPARABLE) & read["finished"]]
    return Section(
        0,
        "Design and eligibility",
        f"Of {several(passages, 'passage')}, {usable['place'].nunique():,} were read in a way that may be compared "
        f"with the model, by {several(usable['coder'].nunique(), 'person', 'people')}.",
        "Passages are cut by the program: this is agreement on coding, not on where a passage begins.",
        tuple(
            table
            for table in (_eligible(evidence, read), _refused(refused), _made(read), _audit(evidence), _facts(evidence))
            if table.rows
        ),
        (_flow(evidence, read),),
        notes=_notes(evidence, read),
    )


def _eligible(evidence: Evidence, read: pd.DataFrame) -> Table:
    rows = []
    for source in COMPARABLE:
        all_ = read[read["source"] == source]
        done = all_[all_["finished"]]
        twice = done.groupby("place")["coder"].nunique() > 1
        clusters = len(set(evidence.clusters[done["place"].to_numpy(np.int64)].tolist()))
        cells = (len(all_), len(done), done["place"].nunique(), int(twice.sum()), clusters)
        rows.append(
            (WORDS[source].capitalize(), ", ".join(sorted(all_["coder"].unique())) or "nobody", *map(str, cells))
        )
    return Table(
        "Readings that may be compared with the model; the three are never added together",
        ("How", "By", "Readings", "Finished", "Passages", "Read by two or more", "Transcripts"),
        tuple(rows),
        "Finished: read against the whole list of values. Transcripts: or participants, where one has several; a group "
        "in one recording counts once.",
    )


def _refused(read: pd.DataFrame) -> Table:
    rows = tuple(
        (source.capitalize(), str(len(found)), str(found["place"].nunique()), reason)
        for source, reason in REFUSED.items()
        if len(found := read[read["source"] == source])
    )
    return Table(
        "Readings that are refused for any comparison of people with people or with the model",
        ("Kind", "Readings", "Passages", "Why"),
        rows,
    )


def _made(read: pd.DataFrame) -> Table:
    """Say when readings were made, and with which version of a framework."""
    rows = []
    for source, framework in sorted(set(zip(read["source"], read["framework"], strict=True))):
        own = read[(read["source"] == source) & (read["framework"] == framework)]
        days = own.loc[own["read_on"] != "", "read_on"]
        first, last = (days.min(), days.max()) if len(days) else (_NOT_HERE, _NOT_HERE)
        rows.append((WORDS.get(source, source).capitalize(), framework, str(len(own)), first, last))
    return Table(
        "When readings were made, and with which version of the framework",
        ("How", "Framework", "Readings", "First day", "Last day"),
        tuple(rows),
        "Days are those of decisions made here, in UTC; tables made elsewhere do not say when. Finished or not.",
    )


def _audit(evidence: Evidence) -> Table:
    """Say how probable it was for a passage to be drawn for an audit, by stratum."""
    frame, sample, lost = (
        json.loads(evidence.facts.get(f"audit_{what}", "{}")) for what in ("frame", "sample", "lost")
    )
    answered = set(evidence.answers.loc[evidence.answers["source"] == AUDIT, "place"])
    read = evidence.audit[evidence.audit["place"].isin(answered)]["stratum"].value_counts()
    rows = tuple(
        (stratum, str(frame[stratum]), str(drawn), f"{drawn / frame[stratum]:.3f}", str(read.get(stratum, 0)))
        for stratum, drawn in sample.items()
        if frame[stratum]
    )
    return Table(
        "Audits: how probable it was to draw a passage",
        ("Stratum", "Passages", "Drawn", "Probability", "Read"),
        rows,
        f"Of the newest audit of each dataset. Drawn and not read: missing answers.{_gone(lost)}",
    )


def _gone(lost: Mapping[str, int]) -> str:
    """Say how much of each stratum's sample went with participants who withdrew; nothing where nothing did."""
    said = "; ".join(f"{several(passages, 'passage')} ({stratum})" for stratum, passages in lost.items() if passages)
    return f" {said} went with participants who withdrew, and nobody can read them any more." if said else ""


def _facts(evidence: Evidence) -> Table:
    known = {name: words for name, words in evidence.facts.items() if name not in _COUNTS}
    rows = (*known.items(), *evidence.sources)
    return Table("Made with", ("What", "Which"), rows)


def _flow(evidence: Evidence, read: pd.DataFrame) -> Flow:
    current = evidence.passages[evidence.passages["current"]]
    suggested = evidence.machine[evidence.machine["suggested"]]["place"].nunique()
    done = read[read["finished"]]
    counts = {source: done[done["source"] == source]["place"].nunique() for source in COMPARABLE}
    refused = done[~done["source"].isin(COMPARABLE)]["place"].nunique()
    steps = [
        Step("Passages", len(current), several(current["transcript"].nunique(), "transcript"), (1, 2)),
        Step("With a suggestion", suggested, "", tuple(range(3, 4 + len(COMPARABLE)))),
        Step("Without one", len(current) - suggested, "", tuple(range(3, 4 + len(COMPARABLE)))),
        *(Step(WORDS[source].capitalize(), counts[source], "compared") for source in COMPARABLE),
        Step("Read in another way", refused, "not compared"),
    ]
    alt = f"{several(len(current), 'passage')}, with a suggestion: {suggested}. " + "; ".join(
        f"{WORDS[source]}: {counts[source]}" for source in COMPARABLE
    )
    return Flow("From passages to readings that may be compared", alt, tuple(steps))


def _notes(evidence: Evidence, read: pd.DataFrame) -> tuple[str, ...]:
    unfinished = int((~read["finished"] & read["source"].isin(COMPARABLE)).sum())
    part = int((read["matched"] == "part").sum())
    notes = []
    left_out = json.loads(evidence.facts.get("left_out", "{}"))
    if left_out:
        notes.append("Left out: " + "; ".join(f"{several(n, 'reading')} {why}" for why, n in left_out.items()) + ".")
    elif read["source"].isin(COMPARABLE).all():
        notes.append("No reading had to be refused or left out.")
    if unfinished:
        notes.append(f"{several(unfinished, 'reading')}, skipped, unsure or left in the middle: missing answers.")
    if part:
        notes.append(f"{several(part, 'imported coding')} on part of a passage: counted for the whole of it.")
    old = int((~evidence.passages["current"]).sum())
    if old:
        notes.append(
            f"{several(old, 'passage')}, read and no longer cut in this way: counted for people, not for the model."
        )
    return tuple(notes)


def data(evidence: Evidence) -> Section:
    """Return section 1: how often each value was found, in how many passages, and which occur together."""
    tables: list[Table] = []
    for source in evidence.available:
        tables += _tables(evidence, source)
    title = "The data"
    if not tables:
        return Section(1, title, "", empty="Nobody has read anything yet in a way that may be compared.")
    few = _rare(evidence)
    return Section(
        1,
        title,
        f"Too rare to estimate anything, found in fewer than 10 passages: {few} of "
        f"{several(len(evidence.values), 'value')}."
        if few
        else "Each value was found in 10 passages or more.",
        "How often a value was found depends on which passages were read; section 11 estimates how often it occurs.",
        tuple(tables),
        (_together(evidence),) if evidence.primary else (),
    )


def _tables(evidence: Evidence, source: str) -> list[Table]:
    said = evidence.answers[evidence.answers["source"] == source]
    coders = sorted(said["coder"].unique(), key=by_letter)
    rows = []
    for value in evidence.values:
        own = said[said["value_id"] == value.id]
        if not len(own):
            continue
        yes = own[own["yes"]]
        each = [str(int((yes["coder"] == coder).sum())) for coder in coders]
        share = f"{len(yes) / len(own):.3f}"
        rows.append((value.name, str(own["place"].nunique()), str(yes["place"].nunique()), share, *each))
    held = said.groupby(["place", "coder"])["yes"].sum()
    note = (
        f"Values per reading: {held.mean():.2f} on average; {float((held == 0).mean()):.0%} of "
        f"{several(len(held), 'reading')} found no value."
    )
    head = ("Value", "Passages", "Found by anybody", "Share of yes", *(f"Yes of {coder}" for coder in coders))
    return [Table(f"Readings {WORDS[source]}", head, tuple(rows), note)]


def _rare(evidence: Evidence) -> int:
    return sum(
        max((evidence.panel(source, value.id).found for source in evidence.available), default=0) < 10
        for value in evidence.values
    )


def _together(evidence: Evidence) -> Matrix:
    """Return in how many readings two values were found together."""
    said = evidence.answers[(evidence.answers["source"] == evidence.primary) & evidence.answers["yes"]]
    ids = [value.id for value in evidence.values]
    table = pd.crosstab([said["place"], said["coder"]], said["value_id"]).reindex(columns=ids, fill_value=0)
    counts = table.T.to_numpy() @ table.to_numpy()
    names = tuple(value.name for value in evidence.values)
    return Matrix(
        f"Values found together in one reading: how many readings, of {several(len(table), 'reading')} that found any",
        f"Counts of readings in which both values were found, of {several(len(table), 'reading')} that found any",
        names,
        names,
        tuple(tuple(float(cell) for cell in row) for row in counts),
    )

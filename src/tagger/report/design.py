"""Section 0: who coded what, how, and what of it may be compared; section 1: the data."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from tagger.report.document import Flow, Matrix, Section, Step, Table
from tagger.report.evidence import COMPARABLE, REFUSED, WORDS, Evidence

_COUNTS = ("audit_frame", "left_out")


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
        f"Of {passages:,} passages, {usable['place'].nunique():,} were read in a way that may be compared with the "
        f"model, by {usable['coder'].nunique()} people.",
        "Passages are cut by the program: this is agreement on coding, not on where a passage begins.",
        (_eligible(evidence, read), *((_refused(refused),) if len(refused) else ()), _facts(evidence)),
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
        Step("Passages", len(current), f"{current['transcript'].nunique()} transcripts", (1, 2)),
        Step("With a suggestion", suggested, "", tuple(range(3, 4 + len(COMPARABLE)))),
        Step("Without one", len(current) - suggested, "", tuple(range(3, 4 + len(COMPARABLE)))),
        *(Step(WORDS[source].capitalize(), counts[source], "compared") for source in COMPARABLE),
        Step("Read in another way", refused, "not compared"),
    ]
    alt = f"Of {len(current)} passages, {suggested} have a suggestion. " + "; ".join(
        f"{WORDS[source]}: {counts[source]}" for source in COMPARABLE
    )
    return Flow("From passages to readings that may be compared", alt, tuple(steps))


def _notes(evidence: Evidence, read: pd.DataFrame) -> tuple[str, ...]:
    unfinished = int((~read["finished"] & read["source"].isin(COMPARABLE)).sum())
    part = int((read["matched"] == "part").sum())
    notes = []
    left_out = json.loads(evidence.facts.get("left_out", "{}"))
    if left_out:
        notes.append("Left out: " + "; ".join(f"{count} readings {why}" for why, count in left_out.items()) + ".")
    elif read["source"].isin(COMPARABLE).all():
        notes.append("No reading had to be refused or left out.")
    if unfinished:
        notes.append(f"{unfinished} readings that were skipped, unsure or left in the middle are missing answers.")
    if part:
        notes.append(f"{part} imported codings lay on part of a passage and are counted for the whole of it.")
    old = int((~evidence.passages["current"]).sum())
    if old:
        notes.append(
            f"{old} passages that people read are no longer cut in this way: they count for people, not for the model."
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
        f"For {few} of {len(evidence.values)} values there are fewer than 10 passages in which somebody found them, "
        "and nothing can be estimated for these."
        if few
        else "Each value was found in 10 passages or more.",
        "How often a value was found depends on which passages were read; section 11 estimates how often it occurs.",
        tuple(tables),
        (_together(evidence),) if evidence.primary else (),
    )


def _tables(evidence: Evidence, source: str) -> list[Table]:
    said = evidence.answers[evidence.answers["source"] == source]
    coders = sorted(said["coder"].unique(), key=lambda name: (len(name), name))
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
        f"Values per reading: {held.mean():.2f} on average; {float((held == 0).mean()):.0%} of {len(held)} readings "
        "found no value."
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
        "Values found together in one reading",
        f"Counts of readings in which two values were found, of {len(table)} readings that found any",
        names,
        names,
        tuple(tuple(float(cell) for cell in row) for row in counts),
    )

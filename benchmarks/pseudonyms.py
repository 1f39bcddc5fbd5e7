"""
How well names are found, kind by kind, in passages written for it.

    python benchmarks/pseudonyms.py [--write docs/pseudonymising.md] [--missed]

Each passage is a transcript of its own, and its list is done as it comes: nobody adds anything or takes it away. Of
what tells who somebody is, how much is replaced, whole or in part; of what is replaced, how much rightly so. Intervals
are those of Wilson at 95%. The passages are a sample of nothing: they were written to be hard, by whoever wrote the
rules. So the table is of every second one, whose errors nobody looks at; what was missed is listed for the others.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field
from pathlib import Path

from tagger.agreement.proportions import wilson_interval
from tagger.pseudonyms.finding import find
from tagger.pseudonyms.matching import Matcher
from tagger.pseudonyms.naming import Text, listed
from tagger.pseudonyms.records import KINDS, Finding
from tagger.transcripts.names import entities, load_names_pipeline

PASSAGES = Path(__file__).with_name("names") / "passages.txt"
MARK = re.compile(r"\{([^|{}]+)\|([^{}]+)\}")
BEGINS, ENDS = "<!-- names: begin -->", "<!-- names: end -->"


@dataclass
class Marked:
    """A passage without its marks, and what they marked."""

    text: str
    names: list[Finding] = field(default_factory=list)


@dataclass
class Count:
    """Of one kind: how many are marked, replaced whole, and in part; how many were replaced, and how many rightly."""

    marked: int = 0
    whole: int = 0
    part: int = 0
    found: int = 0
    right: int = 0


def passages() -> list[Marked]:
    """Read the passages."""
    read = []
    for paragraph in PASSAGES.read_text("utf-8").split("\n\n"):
        one, at = Marked(""), 0
        for mark in MARK.finditer(paragraph.strip()):
            one.text += paragraph.strip()[at : mark.start()]
            start = len(one.text)
            one.text += mark[2]
            one.names.append(Finding(start, len(one.text), KINDS[[*KINDS].index(mark[1])]))  # type: ignore[arg-type]
            at = mark.end()
        one.text += paragraph.strip()[at:]
        read.append(one)
    return read


def replaced(text: str, findings: list[Finding]) -> list[Finding]:
    """Return what is replaced in a text if its list is done as it comes."""
    entries = listed([Text("", text, findings)], [])
    kinds = {one.pseudonym: one.kind for one in entries}
    made = Matcher(entries).replaced("", text, findings)
    return [Finding(one.start, one.end, kinds[one.by]) for one in made.replacements]


def measured(marked: list[Marked]) -> tuple[dict[str, Count], list[str]]:
    """Look for names in passages, and count kind by kind; return what was missed or wrongly found too."""
    told: list[str] = []
    seen = entities((one.text for one in marked), load_names_pipeline())
    return counted(
        marked, [replaced(one.text, find(one.text, own)) for one, own in zip(marked, seen, strict=True)], told
    ), told


def in_all(counts: dict[str, Count]) -> str:
    """Say in a line how well names of all kinds were found."""
    one = counts["all"]
    return f"{share(one.whole, one.marked)} replaced whole, {share(one.right, one.found)} of what was replaced rightly"


def counted(marked: list[Marked], found: list[list[Finding]], told: list[str]) -> dict[str, Count]:
    """Count kind by kind, and write what was missed or wrongly found into *told*."""
    counts = {kind: Count() for kind in (*KINDS, "all")}
    for one, here in zip(marked, found, strict=True):
        for name in one.names:
            touching = [each for each in here if each.start < name.end and name.start < each.end]
            whole = any(each.start <= name.start and name.end <= each.end for each in touching)
            for kind in (name.kind, "all"):
                counts[kind].marked += 1
                counts[kind].whole += whole
                counts[kind].part += bool(touching)
            if not whole:
                told.append(
                    f"missed {'part of ' if touching else ''}{one.text[name.start : name.end]}: {around(one, name)}"
                )
        for each in here:
            right = any(each.start < name.end and name.start < each.end for name in one.names)
            for kind in (each.kind, "all"):
                counts[kind].found += 1
                counts[kind].right += right
            if not right:
                told.append(f"found {one.text[each.start : each.end]} ({each.kind}): {around(one, each)}")
    return counts


def around(one: Marked, place: Finding) -> str:
    """Return what stands around a place."""
    return one.text[max(place.start - 30, 0) : place.end + 30].replace("\n", " ")


def table(counts: dict[str, Count]) -> str:
    """Write the counts as a table."""
    lines = [
        "| kind | marked | replaced whole | in part at least | of what was replaced, rightly |",
        "|---|---|---|---|---|",
    ]
    for kind, one in counts.items():
        shares = (share(one.whole, one.marked), share(one.part, one.marked), share(one.right, one.found))
        lines.append(f"| {kind} | {one.marked} | {' | '.join(shares)} |")
    return "\n".join(lines)


def share(part: int, whole: int) -> str:
    """Say a share with its interval, and of how many."""
    interval = wilson_interval(part, whole).interval
    if interval is None:
        return "none"
    low, high = interval
    return f"{part / whole:.2f} ({low:.2f} to {high:.2f}; {part} of {whole})"


def main() -> None:
    """Measure, and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="put the table into this page")
    parser.add_argument("--missed", action="store_true", help="list what was missed and what was wrongly found")
    given = parser.parse_args()
    every = passages()
    for_rules, held_out = every[::2], every[1::2]
    counts, told = measured(for_rules)
    if given.missed:
        print(table(counts), *told, "", sep="\n")
    made = (
        f"{table(measured(held_out)[0])}\n\n{len(held_out)} passages. In the {len(for_rules)} others: {in_all(counts)}."
    )
    print(made)
    if given.write:
        page = given.write.read_text("utf-8")
        head, rest = page.split(BEGINS)
        given.write.write_text(f"{head}{BEGINS}\n{made}\n{ENDS}{rest.split(ENDS)[1]}", "utf-8")


if __name__ == "__main__":
    main()

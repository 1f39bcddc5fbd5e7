"""`tagger audit`: how many passages to read to learn what suggestions miss, and drawing them."""

from __future__ import annotations

import secrets
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tagger.cli import options
from tagger.cli.clock import now
from tagger.cli.study import next_step
from tagger.cli.terminal import echo
from tagger.wording import several

if TYPE_CHECKING:
    from tagger.review.audit import Drawn, Given, Part
    from tagger.review.audit.frame import Frame
    from tagger.review.audit.plan import Goal, Need, Plan
    from tagger.steps.stopping import Search

_LEAST, _MOST = 0.001, 0.5
_MOST_SEED = 2**62 - 1


@click.group()
def audit() -> None:
    """Learn what the suggestions miss, from a random sample of passages that is read without them."""


@audit.command()
@options.study
@click.option("--dataset", default="", help="Which dataset.  [default: all that have suggestions]")
@click.option(
    "--elusion",
    default=0.01,
    show_default=True,
    type=click.FloatRange(_LEAST, _MOST),
    help="What share of the passages without a suggestion may at most show a value.",
)
@click.option(
    "--half-width",
    default=0.1,
    show_default=True,
    type=click.FloatRange(_LEAST, _MOST),
    help="How far a share or a recall may lie off, either way.",
)
@click.option(
    "--icc",
    default=0.1,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="How alike passages of one transcript are (intraclass correlation).",
)
@click.option(
    "--prevalence",
    default=0.1,
    show_default=True,
    type=click.FloatRange(_LEAST, 1),
    help="In what share of the passages a value is expected.",
)
def plan(folder: Path, dataset: str, elusion: float, half_width: float, icc: float, prevalence: float) -> None:
    """Say how many passages to read for a wanted precision; nothing is stored."""
    from tagger.review.audit.frame import frames
    from tagger.review.audit.plan import Goal
    from tagger.review.audit.plan import plan as planned
    from tagger.steps.stopping import searches
    from tagger.store import Store

    goal = Goal(elusion, half_width, prevalence, icc)
    with Store(folder).session("a plan for an audit") as database:
        found = frames(database, dataset)
    for number, one in enumerate(found):
        needs = planned(one, goal)
        search = _search(searches(folder, one.dataset))
        said = [*_strata(one), "", *_needs(needs, goal), "", *search, "", _next(needs, folder, one)]
        echo("\n".join([*([""] if number else []), *said]))


@audit.command()
@options.study
@click.option("--dataset", required=True, help="From which dataset.")
@click.option("--reader", "readers", multiple=True, required=True, help="Who reads it; repeat it for several people.")
@click.option("--per-stratum", default=50, show_default=True, type=click.IntRange(1), help="How many of each stratum.")
@click.option("--suggested", type=click.IntRange(1), help="How many of those with a suggestion.")
@click.option("--near", type=click.IntRange(1), help="How many of those that are nearly suggested.")
@click.option("--far", type=click.IntRange(1), help="How many of all others.")
@click.option("--share-out", is_flag=True, help="Give each passage to one of the readers, and not to all of them.")
@click.option(
    "--seed",
    type=click.IntRange(0, _MOST_SEED),
    help="Draw what this number draws.  [default: a random one, which is stored]",
)
def draw(
    folder: Path,
    dataset: str,
    readers: tuple[str, ...],
    per_stratum: int,
    suggested: int | None,
    near: int | None,
    far: int | None,
    share_out: bool,
    seed: int | None,
) -> None:
    """Draw passages at random, and put them into the queues of readers, to be read without suggestions."""
    from tagger.review.audit import Wanted
    from tagger.review.audit.door import drawn
    from tagger.review.audit.frame import STRATA

    sizes = {name: size or per_stratum for name, size in zip(STRATA, (suggested, near, far), strict=True)}
    seed = secrets.randbelow(_MOST_SEED) if seed is None else seed
    made = drawn(folder, Wanted(dataset, readers, sizes, seed, share_out), now)
    echo("\n".join([*_sample(made), *(line for one in made.readers for line in _given(one)), next_step(folder)]))


def _strata(found: Frame) -> list[str]:
    whole = found.size(*found.strata)
    said = {
        "suggested": "something is suggested",
        "near threshold": "nothing is, but something would be if twice the share were suggested",
        "far below": "all others",
    }
    return [
        f"{found.dataset}: {several(whole, 'passage')} in {several(found.transcripts(*found.strata), 'transcript')}, "
        f"by what is suggested now from {found.framework}",
        *(f"  {stratum:<14} {found.size(stratum):>6,}   {said[stratum]}" for stratum in found.strata),
    ]


def _needs(needs: Plan, goal: Goal) -> list[str]:
    width, seen_in = f"to {_percent(goal.half_width)} either way", f"if it is in about {_percent(goal.prevalence)}"
    return [
        f"To show that a value is missed in at most {_percent(goal.elusion)} of the passages without a suggestion, "
        "if it is found in none that are read:",
        *_both(needs.elusion, goal),
        f"To know in what share of the passages a value is, {width}, {seen_in} of them:",
        *_both(needs.share, goal),
        f"To know what share of a value's passages is suggested (the recall), {width}, {seen_in} of all, "
        f"so that it is found in {needs.recall.positives:,}:",
        *_both(needs.recall, goal),
        "The level is 95%. For several values, each is to be known so for itself.",
    ]


def _both(need: Need, goal: Goal) -> list[str]:
    """Say how many it takes for each of the two things that a sample may be taken to speak of."""
    here = f"all {need.there_are:,}" if need.here == need.there_are else f"{need.here:,} of {need.there_are:,}"
    alike = f"in interviews like these, if passages of one transcript are alike by {goal.icc:g}"
    if need.like_these is None:
        held = f"{several(need.transcripts, 'transcript')} with {several(need.there_are, 'passage')}"
        enough = f"{held} cannot tell; it takes more"
    else:
        enough = f"{need.like_these:,} of {need.there_are:,}"
    return [f"  in these transcripts: {here}", f"  {alike}: {enough}"]


def _search(searches: list[Search]) -> list[str]:
    """Say what it takes to stop looking."""
    return [
        "To show that 90% of the passages showing a value have been found, if it is found in none that are read, the "
        "same part of each stratum:",
        *(
            f"  {one.value}: "
            + ("nobody has found it yet" if one.needed.value is None else f"{one.needed.value:,} of {one.rest:,}")
            + (f" ({one.found:,} found so far)" if one.found else "")
            for one in searches
        ),
    ]


def _next(needs: Plan, folder: Path, found: Frame) -> str:
    suggested, near, far = needs.sizes.values()
    return (
        f"To draw for precision and for what is missed: tagger audit draw --study {shlex.quote(str(folder))} "
        f"--dataset {shlex.quote(found.dataset)} --reader NAME --suggested {suggested} --near {near} --far {far}"
    )


def _sample(made: Drawn) -> list[str]:
    drawn = sum(part.sample for part in made.strata)
    whole = sum(part.population for part in made.strata)
    new = "This very draw was stored before, and nothing is new. " if made.known else ""
    return [
        f"{new}{made.dataset}: {several(drawn, 'passage')} of {whole:,} drawn at random "
        f"(draw {made.draw_id}, seed {made.seed}), by what is suggested now from {made.framework}.",
        *(f"  {part.stratum}: {_part(part)}" for part in made.strata),
    ]


def _part(part: Part) -> str:
    if not part.population:
        return "there are none"
    if part.sample == part.population:
        more = f", for {part.wanted:,} were asked for" if part.wanted > part.population else ""
        return f"all {several(part.population, 'passage')}, each for certain{more}"
    return (
        f"{part.sample:,} of {several(part.population, 'passage')}, each with a probability of "
        f"{part.sample / part.population:.3f}"
    )


def _given(given: Given) -> list[str]:
    all_ = several(given.passages, "passage")
    lines = [f"{given.reader} gets {given.to_read:,} of the {all_} to read, without suggestions."]
    if given.to_read == given.passages:
        lines = [f"{given.reader} gets {several(given.to_read, 'passage')} to read, without suggestions."]
    if given.read_before:
        lines.append(
            f"  {several(given.read_before, 'passage')} they have read blind to the end already: that counts as the "
            "answer."
        )
    if given.seen_before:
        lines.append(
            f"  {several(given.seen_before, 'passage')} they cannot read blind any more, since something was shown of "
            "the words or they have read them another way: missing answers, for which no others are drawn."
        )
    if given.skipped_before:
        skipped = several(given.skipped_before, "passage")
        lines.append(f"  {skipped} they have skipped, and need not read: missing answers too.")
    if given.handed_over:
        lines.append(f"  {several(given.handed_over, 'passage')} they have handed over to others.")
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:g}%"

"""
Turns to excerpts: passages of whole sentences inside one turn, and exchanges of two or three adjacent turns.

Every evidence character that is not white space lies in exactly one passage; no excerpt is longer than the encoder
reads; no cut goes through a character that people see as one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from tagger.records import Cut, ExcerptKind, Span
from tagger.sentences import SplitSentences, halves, trimmed

CountTokens = Callable[[Sequence[str]], Sequence[int]]

_WIDE = "\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_WIDE}]{{1,2}}|[^\s{_WIDE}]{{1,24}}")


@dataclass(frozen=True, slots=True)
class EvidenceTurn:
    """A turn whose speech is evidence: its place among all turns, its span, and its speaker ("" for nobody named)."""

    position: int
    span: Span
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class _Atom:
    """The least that is packed: a short sentence, or a part of a long one; `sentence` says which one."""

    span: Span
    words: int
    tokens: int
    sentence: int


def passages(
    text: str,
    turns: Sequence[EvidenceTurn],
    split_sentences: SplitSentences,
    count_tokens: CountTokens,
    *,
    min_words: int = 40,
    max_words: int = 80,
    max_tokens: int,
    keep: Sequence[Span] = (),
) -> list[Cut]:
    """
    Cut evidence turns into passages of `min_words` to `max_words`, shorter where the turn is shorter.

    Passages hold whole sentences and are about equally long. A sentence is broken only where it is longer than a
    passage may be or would leave a scrap of a few words: at a clause, else at white space, else between characters.

    Args:
        text: the revision.
        turns: its evidence turns, in order.
        split_sentences: from `sentence_splitter`.
        count_tokens: the encoder's.
        min_words: the least that a passage of a long turn should have.
        max_words: the most that a passage may have.
        max_tokens: the most that the encoder reads.
        keep: passages from before that stay as they are, if they still lie in one turn and fit the encoder; the text
            between them is cut anew.

    Returns:
        The passages in the order of the text.
    """
    kept = _kept(text, turns, keep, count_tokens, max_tokens)
    gaps = [(turn.position, gap) for turn in turns for gap in _gaps(text, turn.span, kept.get(turn.position, ()))]
    atoms = [_atoms(text, _sentences(text, gap, split_sentences), min_words) for _, gap in gaps]
    packed = [
        (position, group)
        for (position, _), measured in zip(gaps, _measured(text, atoms, count_tokens, max_tokens), strict=True)
        for group in _packed(measured, min_words, max_words, max_tokens)
    ]
    counts = count_tokens([text[group[0].span[0] : group[-1].span[1]] for _, group in packed])
    cuts = [
        _cut("passage", span, _sentences(text, span, split_sentences), (position, position))
        for position, spans in kept.items()
        for span in spans
    ]
    for (position, group), count in zip(packed, counts, strict=True):
        # A tokenizer may make more of the whole than of its parts; the parts are known to fit.
        for atoms_of_one in [group] if count <= max_tokens else [[atom] for atom in group]:
            parts = [list(same) for _, same in groupby(atoms_of_one, key=lambda atom: atom.sentence)]
            sentences = [(part[0].span[0], part[-1].span[1]) for part in parts]
            cuts.append(_cut("passage", (sentences[0][0], sentences[-1][1]), sentences, (position, position)))
    return sorted(cuts, key=lambda cut: cut.start)


def exchanges(
    text: str, turns: Sequence[EvidenceTurn], cuts: Sequence[Cut], count_tokens: CountTokens, max_tokens: int
) -> list[Cut]:
    """
    Cut exchanges: two or three adjacent evidence turns of different speakers, each adjacent pair in exactly one.

    The middle turn is whole, the outer ones give their nearest passage. Three that do not fit the encoder become two
    pairs; a pair that does not fit is shortened to its nearest sentences. A turn in between that is not evidence, or
    has no speaker, parts its neighbours.

    Args:
        text: the revision.
        turns: its evidence turns, in order.
        cuts: their passages, from `passages`.
        count_tokens: the encoder's.
        max_tokens: the most that the encoder reads.
    """
    by_turn = {at: list(same) for at, same in groupby(cuts, key=lambda cut: cut.turns[0])}
    windows: list[tuple[int, ...]] = list(_windows([turn for turn in turns if turn.position in by_turn]))
    found: list[Cut] = []
    while windows:
        ends = [(by_turn[w[0]][-1].start, by_turn[w[-1]][0].end) for w in windows]
        counts = count_tokens([text[start:end] for start, end in ends])
        too_long: list[tuple[int, ...]] = []
        for window, span, count in zip(windows, ends, counts, strict=True):
            sentences = [s for at in window for cut in by_turn[at] for s in _absolute(cut)]
            if count > max_tokens and len(window) == 3:
                too_long += [window[:2], window[1:]]
                continue
            fitting: Span | None = span
            if count > max_tokens:
                fitting = _shortened(text, by_turn[window[0]][-1], by_turn[window[1]][0], count_tokens, max_tokens)
            if fitting:
                start, end = fitting
                inside = [(max(s, start), min(e, end)) for s, e in sentences if s < end and e > start]
                found.append(_cut("exchange", fitting, inside, (window[0], window[-1])))
        windows = too_long
    return sorted(found, key=lambda cut: (cut.start, cut.end))


def _sentences(text: str, span: Span, split_sentences: SplitSentences) -> list[Span]:
    """List the sentences inside a span of the text."""
    return [(span[0] + start, span[0] + end) for start, end in split_sentences(text[span[0] : span[1]])]


def _absolute(cut: Cut) -> list[Span]:
    """List a cut's sentences as spans of the text."""
    return [(cut.start + start, cut.start + end) for start, end in cut.sentences]


def _cut(kind: ExcerptKind, span: Span, sentences: Sequence[Span], turns: tuple[int, int]) -> Cut:
    """Make a cut from spans of the text."""
    start, end = span
    return Cut(kind, start, end, tuple((s - start, e - start) for s, e in sentences), turns)


def _kept(
    text: str, turns: Sequence[EvidenceTurn], keep: Sequence[Span], count_tokens: CountTokens, max_tokens: int
) -> dict[int, list[Span]]:
    """Find the old passages that can stay, by the position of their turn: trimmed, apart, and not too long."""
    counts = count_tokens([text[start:end] for start, end in keep])
    fit = sorted(span for span, count in zip(keep, counts, strict=True) if count <= max_tokens)
    opens = [turn.span[0] for turn in turns]
    found: dict[int, list[Span]] = {}
    last = 0
    for start, end in fit:
        turn = turns[max(bisect_right(opens, start) - 1, 0)] if turns else None
        if (
            turn
            and max(last, turn.span[0]) <= start < end <= turn.span[1]
            and (start, end) == trimmed(text, (start, end))
        ):
            found.setdefault(turn.position, []).append((start, end))
            last = end
    return found


def _gaps(text: str, turn: Span, kept: Sequence[Span]) -> list[Span]:
    """List what is left of a turn between the passages that stay."""
    borders = [turn[0], *(border for span in kept for border in span), turn[1]]
    gaps = (trimmed(text, (start, end)) for start, end in zip(borders[::2], borders[1::2], strict=True))
    return [gap for gap in gaps if gap[0] < gap[1]]


def _atoms(text: str, sentences: Sequence[Span], most_words: int) -> list[_Atom]:
    """Halve sentences until no part has more than `most_words`; their tokens are not counted yet."""
    atoms = []
    for sentence, whole in enumerate(sentences):
        waiting = [whole]
        while waiting:
            span = waiting.pop()
            words = len(_WORD.findall(text, *span))
            parts = halves(text, span) if words > most_words else None
            if parts:
                waiting += reversed(parts)
            else:
                atoms.append(_Atom(span, words, 0, sentence))
    return atoms


def _measured(text: str, lists: Sequence[list[_Atom]], count_tokens: CountTokens, max_tokens: int) -> list[list[_Atom]]:
    """Count the tokens of all atoms, and halve those that the encoder cannot read until it can."""
    flat = [(at, atom) for at, atoms in enumerate(lists) for atom in atoms]
    done: list[tuple[int, _Atom]] = []
    while flat:
        counts = count_tokens([text[atom.span[0] : atom.span[1]] for _, atom in flat])
        too_long = []
        for (at, atom), tokens in zip(flat, counts, strict=True):
            parts = halves(text, atom.span, anywhere=True) if tokens > max_tokens else None
            if parts:
                too_long += [(at, replace(atom, span=half, words=len(_WORD.findall(text, *half)))) for half in parts]
            else:
                done.append((at, replace(atom, tokens=tokens)))
        flat = too_long
    result: list[list[_Atom]] = [[] for _ in lists]
    for at, atom in sorted(done, key=lambda pair: pair[1].span):
        result[at].append(atom)
    return result


def _packed(atoms: Sequence[_Atom], min_words: int, max_words: int, max_tokens: int) -> list[list[_Atom]]:
    """
    Group neighbours so that the groups come as near as they can to the middle of the allowed length.

    The cost of a group is the square of its distance from there; to break a sentence costs as much as a passage that
    is off by the whole allowed range. The cheapest grouping of the first n atoms is found for n = 1, 2, ...

    Tokens are summed, which counts special tokens too often: a group is never longer than its sum.
    """
    target, broken = (min_words + max_words) / 2, (max_words - min_words) ** 2
    words = np.cumsum([0, *(atom.words for atom in atoms)])
    tokens = np.cumsum([0, *(atom.tokens for atom in atoms)])
    # What it costs to open a group at an atom: all groups before it, and a sentence that is broken there.
    begins = np.zeros(len(atoms))
    cost, opens, longest = 0.0, [0], 0
    for end in range(1, len(atoms) + 1):
        splits = end > 1 and atoms[end - 2].sentence == atoms[end - 1].sentence
        begins[end - 1] = cost + (broken if splits else 0)
        while longest < end - 1 and (
            words[end] - words[longest] > max_words or tokens[end] - tokens[longest] > max_tokens
        ):
            longest += 1
        costs = begins[longest:end] + (words[end] - words[longest:end] - target) ** 2
        at = end - 1 - int(costs[::-1].argmin())  # of equally good groups the shortest
        cost = costs[at - longest]
        opens.append(at)
    groups = []
    end = len(atoms)
    while end:
        groups.append(list(atoms[opens[end] : end]))
        end = opens[end]
    return groups[::-1]


def _windows(turns: Sequence[EvidenceTurn]) -> Iterator[tuple[int, ...]]:
    """Yield positions in threes, each pair of neighbours once: a b c, c d e; two where no third is left."""
    run: list[EvidenceTurn] = []
    for turn in [*turns, None]:
        last = run[-1] if run else None
        joins = turn and last and turn.position == last.position + 1
        if turn and last and joins and turn.speaker and last.speaker and turn.speaker != last.speaker:
            run.append(turn)
            continue
        for start in range(0, len(run) - 1, 2):
            yield tuple(member.position for member in run[start : start + 3])
        run = [turn] if turn else []


def _shortened(text: str, left: Cut, right: Cut, count_tokens: CountTokens, max_tokens: int) -> Span | None:
    """Shorten two neighbours from their far ends, by sentences while there are any to spare, until both fit."""
    before, after = _absolute(left), _absolute(right)
    while count_tokens([text[before[0][0] : after[-1][1]]])[0] > max_tokens:
        sides = ((before, 0, 1), (after, -1, 0))
        side, far, near = max(sides, key=lambda s: (len(s[0]) > 1, s[0][-1][1] - s[0][0][0]))
        sentence = side.pop(far)
        if not side:
            parts = halves(text, sentence, anywhere=True)
            if parts is None:
                return None
            side.append(parts[near])
    return before[0][0], after[-1][1]

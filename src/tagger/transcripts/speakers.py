"""What is believed of each speaker, and why: who asks, in what standing, how much they say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tagger.records import Speaker, Standing, TranscriptKind, Turn

ASKING = re.compile(
    r"i|q|int|intv|inter|iv|ivr|mod|question|host|chair|.*\b(?:interviewer|researcher|moderator|facilitator)\b.*",
    re.IGNORECASE,
)
ANSWERING = re.compile(
    r"(?:p|r|a|pt|resp|part|answer|participant|interviewee|respondent|patient|client|member|observer)\b"
    r"|.*\b(?:participant|interviewee|respondent|group member)\b",
    re.IGNORECASE,
)
FACILITATES = re.compile(r"\bfacilitator\b", re.IGNORECASE)
PEER = re.compile(r"\bpeer\b", re.IGNORECASE)
FAMILY = re.compile(
    r"\b(?:mum|mom|mother|dad|father|partner|husband|wife|son|daughter|sister|brother|sibling|grand(?:mother|father|ma|pa)"
    r"|carer|spouse|aunt|uncle)\b",
    re.IGNORECASE,
)
STANDINGS: tuple[tuple[re.Pattern[str], Standing], ...] = (
    (re.compile(r"\bpeer[ -]?(?:facilitator|moderator)\b", re.IGNORECASE), "peer facilitator"),
    (
        re.compile(r"\bpeer[ -]?(?:lead(?:er)?|supporter|support worker|worker|mentor|volunteer)\b", re.IGNORECASE),
        "peer lead",
    ),
    (
        re.compile(
            r"\b(?:staff|nurse|midwife|doula|doctor|dr|gp|psychologist|psychiatrist|therapist"
            r"|counsellor|counselor|social worker|support worker|key ?worker|clinician|practitioner"
            r"|health visitor|manager|coordinator|co-ordinator)\b",
            re.IGNORECASE,
        ),
        "staff",
    ),
    (re.compile(r"\b(?:interpreter|translator)\b", re.IGNORECASE), "interpreter"),
    (re.compile(r"\b(?:group )?member\b", re.IGNORECASE), "group member"),
)
ASKS = re.compile(r"[??][\s\"'”’)\]]*$")
FEWEST_TURNS = 3
LEAST_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Talk:
    """How one speaker talks: turns, words, and the turns that end by asking."""

    turns: int
    words: int
    questions: int

    @property
    def share(self) -> float:
        """The share of turns that end in a question."""
        return self.questions / self.turns


def believed(text: str, turns: Sequence[Turn]) -> tuple[Speaker, ...]:
    """Say of each speaker, in the order of their first words, what is believed and why."""
    talk = _talk(text, turns)
    names = [label for label in talk if label is not None]
    asks = _by_label(names) or _by_questions({label: talk[label] for label in names})
    if len(names) == 1 and len(talk) == 1:
        asks = {names[0]: (False, "the only speaker: nobody else could be answering")}
    return tuple(_speaker(label, each, asks, names) for label, each in talk.items())


def writing(text: str, turns: Sequence[Turn]) -> tuple[Speaker, ...]:
    """Say of each who wrote, in the order of their first words, that they do not ask, whatever questions they have."""
    why = "who writes a reflection asks nobody"
    return tuple(Speaker(label, False, each.words, why) for label, each in _talk(text, turns).items())


def kind(speakers: Sequence[Speaker], *, spoken_aloud: bool = False) -> TranscriptKind:
    """Guess the kind: a group where three or more give evidence, notes where nobody is named and nothing was timed."""
    evidence = [each for each in speakers if each.label is not None and each.asks is not True]
    if len(evidence) >= 3:
        return "group"
    nameless = all(each.label is None for each in speakers)
    return "observation" if nameless and not spoken_aloud else "interview"


def standing(label: str, others: Sequence[str]) -> tuple[Standing, ...]:
    """Guess a standing from the words of a label; family only beside somebody whose family it could be."""
    found = [which for pattern, which in STANDINGS if pattern.search(label)]
    if "peer lead" in found or "peer facilitator" in found:
        found = [each for each in found if each != "staff"]
    if (
        not found
        and FACILITATES.search(label)
        and any(_asks_by_label(each) and not FACILITATES.search(each) for each in others)
    ):
        found = ["peer facilitator"]
    named = [each for each in others if each != label and not _asks_by_label(each) and not FAMILY.search(each)]
    of_whom = label if "'s" in label or "’s" in label else re.sub(r"\(.*?\)", "", label)
    if not found and FAMILY.search(of_whom) and named:
        found = ["family"]
    return tuple(found) or ("unknown",)


def _talk(text: str, turns: Sequence[Turn]) -> dict[str | None, Talk]:
    number: Counter[str | None] = Counter()
    words: Counter[str | None] = Counter()
    questions: Counter[str | None] = Counter()
    for turn in turns:
        said = text[turn.start : turn.end]
        number[turn.speaker] += 1
        words[turn.speaker] += len(said.split())
        questions[turn.speaker] += bool(ASKS.search(said[-20:]))
    return {label: Talk(number[label], words[label], questions[label]) for label in number}


def _asks_by_label(label: str) -> bool:
    word = re.sub(r"[\d_.#-]+", " ", label).strip()
    return bool(ASKING.fullmatch(word)) and not PEER.search(label)


def _is_person(label: str) -> bool:
    """Tell "P. Jones" or "A Chen" from the label P or A: a letter for who answers stands alone."""
    words = label.replace(",", " ").split()
    return len(words) > 1 and len(words[0].strip(".")) < 3


def _by_label(names: Sequence[str]) -> dict[str, tuple[bool, str]]:
    """Trust labels that say who asks; a facilitator asks where no interviewer or moderator does."""
    asking = [label for label in names if _asks_by_label(label)]
    if any(not FACILITATES.search(label) for label in asking):
        asking = [label for label in asking if not FACILITATES.search(label)]
    if not asking or len(asking) == len(names) > 1:
        return {}
    told = {}
    for label in names:
        if label not in asking:
            others = f"'{asking[0]}' asks" if len(asking) == 1 else f"{len(asking)} others ask"
            told[label] = (False, f"the labels say that {others}")
        elif FACILITATES.search(label):
            told[label] = (
                True,
                f"the label '{label}' leads the talk; correct it if this is a peer whose words are evidence",
            )
        else:
            told[label] = (True, f"the label '{label}' is one for who asks")
    return told


def _by_questions(talk: dict[str, Talk]) -> dict[str, tuple[bool, str]]:
    """Find who asks by how they talk: most often a turn that ends in a question, and fewer words than the others."""
    able = {label: each for label, each in talk.items() if each.turns >= FEWEST_TURNS}
    if len(talk) < 2 or not able:
        return {}
    asker = max(able, key=lambda label: able[label].share)
    most = talk[asker]
    rest = [each for label, each in talk.items() if label != asker]
    runner_up = max((each.share for each in rest if each.turns >= FEWEST_TURNS), default=0.0)
    if most.share < LEAST_SHARE or most.share < 2 * runner_up or most.words >= max(each.words for each in rest):
        return {}
    why = f"{most.questions} of {most.turns} turns end in a question, with fewer words than others"
    return {
        label: ((True, why) if label == asker else (False, f"'{asker}' asks most of the questions")) for label in talk
    }


def _speaker(label: str | None, talk: Talk, asks: dict[str, tuple[bool, str]], names: Sequence[str]) -> Speaker:
    if label is None:
        return Speaker(None, None, talk.words, "the source names no speaker; kept as evidence")
    if label not in asks and ANSWERING.match(re.sub(r"[\d_.#-]+", " ", label).strip()) and not _is_person(label):
        believes: tuple[bool | None, str] = (False, f"the label '{label}' is one for who answers")
    else:
        believes = asks.get(label, (None, "neither the label nor the questions tell who asks; kept as evidence"))
    return Speaker(label, believes[0], talk.words, believes[1], standing(label, names))

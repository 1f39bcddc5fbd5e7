"""
A modest flag for hard topics, so that a person can brace themselves before they read.

It is a short list of English words and sayings, looked up in the text on this machine. It misses a great deal and is
sometimes wrong; notes by people come first, and nothing is ever left out or counted because of it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

MODESTY = (
    "This is a guess from a short list of English words. It can be wrong, and a passage that it says nothing about "
    "can still be hard to read."
)
"""What the page says beside the topics."""


class Topic(NamedTuple):
    """
    A topic in plain words, the `signs` of it, and the `sayings` that hold one of its words and mean something else.

    In both, `/` parts alternatives, a final `*` stands for any ending, and SELF, KIN and THEM for the words below.
    """

    name: str
    signs: tuple[str, ...]
    sayings: tuple[str, ...] = ()


_SHORT = {
    "SELF": "myself/himself/herself/yourself/themself/themselves/ourselves/yourselves",
    "KIN": "mum/mam/mom/mother/dad/father/son/daughter/husband/wife/partner/brother/sister/friend/nan/gran/grandad/"
    "grandma/grandmother/grandfather/aunt/uncle/cousin/child/boy/girl/twin/baby",
    "THEM": "me/him/her/us/them/you",
    "MY": "my/his/her/our/their/your",
}

TOPICS = (
    Topic(
        "self-harm or suicide",
        (
            "suicid*",
            "self harm*",
            "self injur*",
            "selfharm*",
            "overdos*",
            "kill/killed/kills/killing SELF",
            "hang/hanged/hung SELF",
            "harm/harmed/harms/harming SELF",
            "hurting SELF",
            "to hurt SELF",
            "cut/cuts/cutting SELF",
            "cutting MY arm/arms/wrist/wrists/leg/legs",
            "slit/slitting MY wrist/wrists",
            "end/ended/ending MY life",
            "end/ended/ending it all",
            "take/takes/took/taken/taking MY own life",
            "want/wanted/wanting/wants/wished to die",
            "want/wanted/wanting/wants/wished to be dead",
            "not/didn't/don't/doesn't want/wanting to live",
            "not/didn't/don't/doesn't want/wanting to wake up",
            "not/didn't/don't/doesn't want/wanting to be alive",
            "not/didn't/don't/doesn't want/wanting to be here any/anymore",
            "better off dead",
            "better off without me",
            "no reason to live",
        ),
        (
            "cut/cuts/cutting SELF off/some/a/loose/free/out/shaving",
            "want/wanted/wanting to live in/with/near/at/there/alone",
        ),
    ),
    Topic(
        "violence or abuse",
        (
            "violen*",
            "abus*",
            "assault*",
            "strangl*",
            "stab/stabbed/stabbing",
            "murder*",
            "bully/bullied/bullies/bullying",
            "beat/beats/beaten/beating THEM up",
            "beat/beats/beaten/beating up",
            "was/been/being/got/were beaten by",
            "he/she/they/who/dad/father/mother/mum/husband/partner/boyfriend/ex beat/beats/hit/hits THEM",
            "hitting/punching/kicking/slapping THEM",
            "punched/kicked/slapped/attacked THEM",
            "raised MY fist/fists",
            "raised MY hand to THEM",
            "a black eye",
            "threatened THEM",
            "threatened to kill/hurt/hit",
            "tried to kill",
            "coercive control*",
            "restraining order*",
            "women's refuge",
            "at gunpoint/knifepoint",
        ),
        (
            "drug/drugs/substance/alcohol/solvent abus*",
            "sexual/sexually abus*/assault*/violen*",
            "stab at/in",
            "stabbing pain/pains",
            "blue/bloody murder",
            "could/i'd murder a/some",
            "get/gets/got/getting/gotten away with murder",
            "murder mystery/mysteries",
            "bully for",
            "beat THEM to it/the",
            "he/she/they/who beat THEM at/by",
        ),
    ),
    Topic(
        "sexual violence",
        (
            "rape/raped/rapes/raping",
            "rapist*",
            "sexual/sexually abus*/assault*/violen*/harass*/exploit*",
            "molest*",
            "grope/groped/groping",
            "incest*",
            "forced himself/themselves on",
            "touched THEM where/inappropriately",
            "indecent assault*",
        ),
        ("oilseed rape", "rape seed", "rape field/fields"),
    ),
    Topic(
        "death or grief",
        (
            "die/dies/died/dying",
            "death*",
            "dead",
            "deceased",
            "grief",
            "griev*",
            "bereave*",
            "funeral*",
            "mourn*",
            "widow*",
            "passed away",
            "lost MY KIN",
            "losing MY KIN",
            "losing/lost MY little/older/younger/only/best/first KIN",
            "late KIN",
            "was/were/been/got killed",
            "hospice*",
        ),
        (
            "to die for",
            "dying to/for",
            "die/died/dying laughing/down/out/hard",
            "die/died/dying of/from embarrassment/boredom/shame/laughter",
            "battery/batteries/phone/car/laptop/engine/computer/kettle/wifi/grass died/dies/dying/dead",
            "plant/plants/flower/flowers/bean/beans/tree/trees/seed/seeds/seedlings died/die/dying/dead",
            "battery/phone/line/car/laptop/engine/internet is/was/went/goes/gone dead",
            "dead leaf/leaves/wood/flower/flowers/plant/plants/head/heads/heading/leg/heat/centre/weight/end/ends/line",
            "dead tired/good/easy/nice/quick/set/right/sure/slow/straight/against/keen/cheap/simple/funny",
            "dead chuffed/proud/boring/helpful/kind/friendly/useful/busy/loud/quiet/sweet/excited/nervous/happy",
            "dead in the water",
            "dead on MY feet",
            "dead to the world",
            "dead of night/winter",
            "over my dead body",
            "seen dead",
            "drop dead gorgeous",
            "bored/scared/worried/frightened/tickled/sick/love/loved/thrilled/done/talked/discussed to death",
            "to/at death's door",
            "death warmed up",
            "death by powerpoint",
            "catch/caught MY death",
            "good grief",
            "come/came/comes to grief",
            "give/gave/gives/giving/given/got/get/gets THEM grief",
            "get/got/gets/getting grief from/off",
            "old habits die",
            "never say die",
            "die/dies is cast",
            "i'm dead",
            "or die/died trying",
        ),
    ),
    Topic(
        "pregnancy or baby loss",
        (
            "pregnan*",
            "miscarr*",
            "stillb*",
            "still birth*/born",
            "baby loss",
            "lost/losing/lose the/a/my/our/her/his/their baby/babies/twins",
            "ectopic*",
            "abortion*",
            "terminat* the/my/her/a pregnanc*",
            "had/have/having a termination",
            "gave/giving/given birth",
            "birth trauma*",
            "traumatic birth*",
            "infertil*",
            "ivf",
            "neonatal",
            "special care baby",
        ),
        ("pregnant pause/pauses/silence", "miscarriage/miscarriages of justice", "gave/giving/given birth to the idea"),
    ),
    Topic(
        "being sectioned or restrained",
        (
            "sectioned/sectioning",
            "under/on a section",
            "under section",
            "a/on/under section two/three/2/3/136",
            "mental health act",
            "detained",
            "restrain/restrained/restrains/restraining THEM",
            "was/were/being/been/got/get/getting restrained",
            "restrained by/on/in/face",
            "physical/chemical/mechanical/face/prone restraint*",
            "restraints",
            "in/into seclusion",
            "secluded",
            "pinned/held/holding/strapped/pinning THEM down/face",
            "strapped down/to",
            "forced/forcibly/force injected/medicated/medication",
            "injected THEM",
            "locked ward/wards/unit/units",
            "handcuff*",
            "rapid tranquil*",
        ),
        (
            "sectioned/sectioning off/it/into",
            "secluded beach/spot/garden/corner/place/bay/cottage",
            "on a section of",
            "budget/financial/time/money restraints",
            "restrained SELF",
        ),
    ),
    Topic(
        "drugs or alcohol",
        (
            "alcohol*",
            "drug/drugs/drugged",
            "heroin",
            "cocaine",
            "cannabis",
            "ketamine",
            "methadone",
            "opiate*",
            "opioid*",
            "amphetamine*",
            "vodka",
            "addict*",
            "sober",
            "sobriety",
            "rehab",
            "detox*",
            "drunk*",
            "hungover",
            "hangover*",
            "binge drink*",
            "heavy drink*",
            "heavily drink*",
            "drinking heavily/problem/too/again/every/myself/himself/herself",
            "drink problem*",
            "stop/stopped/stopping/quit/started/start drinking",
            "smoke/smoked/smoking weed/crack/dope/spice",
            "on crack",
            "substance use/misuse/abus*",
            "high on",
            "needle exchange*",
        ),
        (
            "alcohol gel/gels/rub/wipe/wipes/hand/spray",
            "drug store/stores",
            "drunk a/an/the/my/some/all/any/up/it/that/enough/more water/tea/coffee/milk/juice/cup/mug/glass/squash",
            "drunk water/tea/coffee/milk/juice/squash",
            "drunk a/my/the/another cup/glass/mug",
            "drunk it/some",
            "high on life/the/my/a list/shelf/hill",
            "addicted to chocolate/sudoku/knitting/gardening/puzzles/crosswords/jigsaws",
            "digital detox*",
        ),
    ),
    Topic(
        "eating",
        (
            "eating disorder*",
            "anorexi*",
            "bulimi*",
            "binge eat*",
            "bingeing/binging",
            "purging",
            "starv* SELF",
            "stop/stopped/stopping/wasn't/not/barely/hardly eating",
            "couldn't/wouldn't/can't eat",
            "refus* to eat",
            "make/made/making SELF sick",
            "calorie*",
            "body image",
            "feeding tube*",
            "tube fed/feeding",
            "nasogastric",
            "laxative*",
            "losing/lost so/too much weight",
        ),
        (
            "make/made/making SELF sick with worry/with/worrying",
            "binging/bingeing on/netflix box/netflix/series/episodes/telly/tv",
            "can't/couldn't eat another/any more/gluten/nuts/dairy/meat/fish/wheat",
        ),
    ),
)


def topics(text: str) -> tuple[str, ...]:
    """Name the hard topics that a text may touch on, in plain words and in a fixed order; often none."""
    return tuple(topic.name for topic in TOPICS if _touches(topic, text))


def _touches(topic: Topic, text: str) -> bool:
    signs, sayings = _patterns(topic)
    return bool(signs.search(text)) and bool(signs.search(sayings.sub(" · ", text)))


@cache
def _patterns(topic: Topic) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return _any(topic.signs), _any(topic.sayings)


def _any(phrases: tuple[str, ...]) -> re.Pattern[str]:
    found = "|".join(_phrase(phrase) for phrase in phrases) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE)


def _phrase(phrase: str) -> str:
    """Write a phrase as a pattern: words may be parted by white space or hyphens."""
    words = [_SHORT.get(word, word) for word in phrase.split()]
    return r"[\s\-–]+".join(f"(?:{'|'.join(map(_word, word.split('/')))})" for word in words)


def _word(word: str) -> str:
    pattern = re.escape(word.removesuffix("*")).replace("'", "['’]")
    return pattern + (r"\w*" if word.endswith("*") else "")

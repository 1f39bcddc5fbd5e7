"""The words that transcripts use for speakers, columns and headings; where to add a spelling that was met."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _in_order(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(","))


ROLES = re.compile(
    r"(?:i|p|r|q|a|m|f|s|int|inter|intv|interviewer|interviewee|iv|ivr|interviewer/researcher|researcher|res"
    r"|respondent|resp|participant|part|pt|moderator|mod|facilitator|fac|speaker|question|answer|peer lead(?:er)?"
    r"|peer facilitator|peer worker|peer supporter|observer|interpreter|patient|client|mother|mum|dad|father|partner"
    r"|midwife|nurse|(?:group )?member|all|group|unknown|unidentified|voice|male|female|woman|man)"
    r"(?:[ .#-]{0,2}\d{1,3}|[ .#-][a-z])?",
    re.IGNORECASE,
)
"""Labels that name a speaker even where they stand once."""

HEADING_ROLES = re.compile(r"(?:interview|participant|moderat|facilitat|research|respondent|transcri)", re.IGNORECASE)
"""Roles that head a document ("Interviewer: A. Smith") as often as they open turns."""

HEADINGS = _words(
    """date time place location venue setting duration length recording recorded file filename project study site title
    subject version source licence license author authors url doi copyright transcriber transcribed transcript
    transcription notes context topic interview session pseudonym id age gender ethnicity language re from to cc page
    status contact email consent background description summary started ended start end participants attendees present
    key legend abbreviations reference keywords website http https observation memo reflection fieldnotes monday
    tuesday wednesday thursday friday saturday sunday"""
)
"""Words before a colon that head a document or a remark, and name nobody unless the file keeps repeating them."""

OPENERS = _words(
    """and but so well yes no yeah okay ok then because like also first second third finally next now here there this
    that these those he she they we you it what why how when where who which or if note nb example warning tip e.g i.e
    etc ps the my your his her our their i'm i'd i've it's that's there's"""
)
"""Words that open a sentence; a colon after them is punctuation, however often it happens."""

SAYING = _words(
    "say says said saying ask asks asked tell tells told think thought is are was were be been goes went like"
)
"""Words that make of the words before a colon a sentence of their own."""

PARTICLES = _words("de da di del van von der den la le el al bin of the and & y e und et")
"""Small words inside names."""

SOUNDS = re.compile(
    r"laugh|chuckl|inaudible|unclear|unintelligible|crosstalk|over(?:talk|lap)|pause|silence|music|applause|cough|sigh"
    r"|cry|sob|noise|phone|door|redacted|name|place|indistinct|background|recording|interrupt|end of|start of|break"
    r"|sic\b|\.\.\.|…",
    re.IGNORECASE,
)
"""What brackets hold where they hold no speaker."""

SPEAKER_COLUMNS = _in_order(
    """speaker, speaker name, speaker label, speaker id, spoken by, who, who speaks, person, participant,
    participant id, participant name, interlocutor, role, name, sender, user, user name, actor, from, pseudonym, id,
    sprecher, sprecherin, locuteur, hablante, orador, parlante, spreker, talare, 说话人, 发言人"""
)
"""In order of preference: a sheet may have a column "name" of files beside the column "speaker"."""

TEXT_COLUMNS = _in_order(
    """text, content, utterance, transcript, transcription, what was said, said, speech, words, spoken text, turn,
    message, dialogue, dialog, sentence, caption, segment, statement, response, answer, quote, body, verbatim, talk,
    inhalt, äußerung, beitrag, texte, contenu, texto, contenido, testo, tekst, 内容, 文本"""
)
BEGIN_COLUMNS = _in_order(
    """start, start time, begin, begins, begin time, time, timestamp, timespan, time span, timecode, time code,
    time start, in, onset, start s, start seconds, start sec, start ms, clock, zeit, beginn, temps, hora, tempo, tijd,
    时间"""
)
END_COLUMNS = _in_order(
    "end, end time, ends, stop, finish, time end, out, offset, end s, end seconds, end sec, end ms, ende, fin"
)
CODING_COLUMNS = _words("coder coders rater raters annotator code codes value values label labels rating")
"""Columns of tables of codings, which have words too, but no turns."""

"""What tells who somebody is by its form alone: numbers, addresses, postcodes, dates of birth."""

from __future__ import annotations

import re
from collections.abc import Callable

from tagger.pseudonyms.overlaps import first_come
from tagger.pseudonyms.records import Finding, Kind

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_SPOKEN_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} at [\w-]+(?: dot (?:com|org|net|uk|co|ac|nhs))+\b", re.IGNORECASE
)
_WEB = re.compile(
    r"(?<![\w.-])(?:https?://[^\s<>\"]*[^\s<>\".,;:!?)]|www\.[\w-]+(?:\.[\w-]+)+(?:/[^\s<>\"]*[^\s<>\".,;:!?)])?"
    r"|[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}\.(?:co\.uk|org\.uk|nhs\.uk|ac\.uk|com|org|net)(?:/[^\s<>\"]*[^\s<>\".,;:!?)])?)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w+])(?:\+44[ -]?(?:\(0\)[ -]?)?\d|0\d|\(0\d{2,4}\)[ -]?\d)(?:[ -]?\d){5,9}(?!\w)")
_DIGITS = range(10, 13)
"""So many digits a telephone number has, with the 44 of the country."""
_NHS = re.compile(r"(?<!\w)\d{3}(?:\d{3}| \d{3} |-\d{3}-)\d{4}(?!\w)")
_INSURANCE = re.compile(
    r"(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?!\w)",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"(?<!\w)(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}|GIR ?0AA)(?!\w)", re.IGNORECASE)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:the )?\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:(?:19|20)\d{2}|\d{2}|nineteen \w+(?:[ -](?!and\b|in\b)\w+)?)"
_DATE = (
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:19|20)?\d{{2}}"
    rf"|{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?|{_MONTH} {_DAY}(?:,? {_YEAR})?)"
)
_BORN = r"(?:born|birthday|date of birth|d\.?o\.?b\.?)"
_BORN_ON = re.compile(rf"\b{_BORN}\b[^\n\d]{{0,40}}?\b({_DATE})(?!\w)", re.IGNORECASE)
_WAS_BORN = re.compile(
    rf"(?<!\w)({_DATE})(?:,? (?:is|was|that's|that is|being))? (?:my|his|her|their) {_BORN}", re.IGNORECASE
)


def of_a_form(text: str) -> list[Finding]:
    """Find what is known by its form, in the order of the text; none overlap."""
    return first_come(
        Finding(start, end, kind)
        for kind, pattern, is_one in _FORMS
        for start, end in (match.span(pattern.groups) for match in pattern.finditer(text))
        if is_one(text[start:end])
    )


def is_nhs_number(words: str) -> bool:
    """
    Say whether ten digits are an NHS number: the last is a check digit, of weights 10 to 2 modulo 11.

    See the NHS Data Dictionary, "NHS NUMBER".
    """
    digits = [int(one) for one in words if one.isdigit()]
    check = 11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    return len(digits) == 10 and check % 11 == digits[9]


def _is_phone(words: str) -> bool:
    return len(re.sub(r"\D", "", words.replace("(0)", ""))) in _DIGITS


def _anything(_: str) -> bool:
    return True


_FORMS: tuple[tuple[Kind, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("e-mail", _EMAIL, _anything),
    ("e-mail", _SPOKEN_EMAIL, _anything),
    ("web address", _WEB, _anything),
    ("NHS number", _NHS, is_nhs_number),
    ("National Insurance number", _INSURANCE, _anything),
    ("phone", _PHONE, _is_phone),
    ("postcode", _POSTCODE, _anything),
    ("date of birth", _BORN_ON, _anything),
    ("date of birth", _WAS_BORN, _anything),
)

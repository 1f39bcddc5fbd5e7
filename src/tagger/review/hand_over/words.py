"""What a hand-over does, in words: counts of passages, and never what anybody saw in them."""

from __future__ import annotations

from tagger.review.hand_over import HandOver, Out, Part
from tagger.wording import several


def lines(found: HandOver) -> list[str]:
    """Say what goes to whom, what stays undone, and which packs are out; nothing where there is nothing of it."""
    said = [line for part in found.parts for line in _part(part)]
    if found.with_others:
        anyway = "others of the same audit read them anyway"
        said.append(f"{_of_an_audit(found.with_others)} can go to nobody else; {anyway}.")
    if found.unread:
        said.append(
            f"{_of_an_audit(found.unread)} cannot be read without suggestions by anybody else here. Until somebody "
            "can, the audit counts that as not answered."
        )
    if found.freed:
        said.append(
            f"{several(found.freed, 'passage')} that {found.name} has open or in a pack: kept from nobody any more."
        )
    said += [_pack(pack, found.name) for pack in found.packs]
    if found.counts:
        said.append(f"{found.name} no longer counts among those who read here, until they read again.")
    return said


def _part(part: Part) -> list[str]:
    audit = f"of the audit of {part.dataset}"
    said = []
    if part.to_read:
        said.append(f"{part.reader} gets {several(part.to_read, 'passage')} {audit} to read, without suggestions.")
    if part.read_before:
        count = several(part.read_before, "passage")
        said.append(f"{part.reader} has read {count} {audit} without suggestions already: that is the answer.")
    return said


def _of_an_audit(count: int) -> str:
    return f"{several(count, 'passage')} of an audit"


def _pack(pack: Out, name: str) -> str:
    return (
        f"Pack {pack.number} of {pack.made_on} ({pack.dataset}) is out: {pack.missing:,} of its "
        f"{several(pack.passages, 'passage')} are not back. Ask {name} for it: it can still be brought back."
    )

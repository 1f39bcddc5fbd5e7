"""What a hand-over does, in words: counts of passages, and never what anybody saw in them."""

from __future__ import annotations

from tagger.review.hand_over import HandOver, Out
from tagger.wording import several


def lines(found: HandOver) -> list[str]:
    """
    Say what goes to whom, what stays undone, and which packs are out; nothing where there is nothing of it.

    Who has read what already is nobody's business, so it is said of all together.
    """
    said = [
        f"{part.reader} gets {several(part.to_read, 'passage')} of the audit of {part.dataset} to read, without "
        "suggestions."
        for part in found.parts
        if part.to_read
    ]
    if read_before := sum(part.read_before for part in found.parts):
        said.append(f"{_of_an_audit(read_before)}: read without suggestions by others already, which is the answer.")
    if found.with_others:
        said.append(f"{_of_an_audit(found.with_others)}: read by others of the same audit anyway, and nobody else can.")
    if found.unread:
        said.append(
            f"{_of_an_audit(found.unread)}: nobody else here can read them without suggestions. Until somebody can, "
            "the audit counts them as not answered."
        )
    if found.freed:
        said.append(
            f"{several(found.freed, 'passage')} that {found.name} has open or in a pack: kept from nobody any more."
        )
    said += [_pack(pack, found.name) for pack in found.packs]
    if found.counts:
        said.append(f"{found.name} no longer counts among those who read here, until they read again.")
    return said


def _of_an_audit(count: int) -> str:
    return f"{several(count, 'passage')} of an audit"


def _pack(pack: Out, name: str) -> str:
    return (
        f"Pack {pack.number} of {pack.made_on} ({pack.dataset}): out, in whole or in part. Ask {name} for it: it can "
        "still be brought back."
    )

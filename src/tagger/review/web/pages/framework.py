"""The list: the values as they are now, changes that are proposed, and a form to propose one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from tagger.consent import POSITIONS
from tagger.errors import UsageError
from tagger.framework_edits import Place, Words
from tagger.frameworks import compare
from tagger.records import TEXTS, Framework
from tagger.review.consent import changes, drafts
from tagger.review.consent.ahead import looks
from tagger.review.consent.changes import Change, Draft, Origin
from tagger.review.consent.drafts import KINDS, Written
from tagger.review.consent.rounds import LONGEST_REASON
from tagger.review.datasets import framework as stored
from tagger.review.emergent import record_others
from tagger.review.web.pages.emergent import found
from tagger.review.web.visit import Form, Visit, now, number, page, posted
from tagger.store import Database

_MOST_ROUNDS = 10_000
_PARTS = ("a", "b")


def show(visit: Visit) -> Response:
    """Show the lists as they are now, and what is proposed."""
    time = now()

    def look(db: Database) -> dict[str, Any]:
        changes.adopt_what_stands(db, time)
        found = [(one, _told(db, one), one.standing(visit.reader.id)) for one in changes.changes(db, time)]
        return {"lists": drafts.lists(db), "changes": found, "standings": changes.STANDINGS}

    return visit.render("list.html", **visit.write(look), settings=visit.settings.consent)


def form(visit: Visit) -> Response:
    """Show the form in which a change is proposed."""
    return _form(visit, visit.query)


def propose(visit: Visit, sent: Form) -> Response:
    """Propose a change."""
    coder_id, time, identity, consent = visit.reader.id, now(), sent.id, visit.settings.consent
    written, reason, review = _written(sent), sent.text("reason"), visit.settings.review
    origin: Origin = "emergent" if sent.text("group") else "list is wrong" if sent.text("excerpts") else "written"
    change_id, next_round = sent.text("change"), number(sent.text("round"), 1, _MOST_ROUNDS)

    def store(db: Database) -> str:
        base = stored(db, sent.text("base"))
        quoted = [one.excerpt_id for one in drafts.quotes(db, coder_id, sent.text("excerpts").split(), review)]
        draft = Draft(
            base,
            drafts.drafted(db, base, written),
            reason,
            origin if quoted else "written",
            tuple(quoted),
            change_id and changes.find(db, change_id, time).id,
            next_round,
        )
        changes.propose(db, draft, consent, id=identity, coder_id=coder_id, now=time)
        return draft.change_id or identity

    try:
        made = visit.write(store)
    except UsageError as error:
        return _form(visit, _again(sent), trouble=str(error))
    return visit.back(f"/list/changes/{made}", said="Your proposal is with the others now.")


def change(visit: Visit) -> Response:
    """Show a change in plain words, with all rounds of it."""
    return _change(visit)


def position(visit: Visit, sent: Form) -> Response:
    """State where somebody stands on a change."""
    change_id, coder_id, time, identity = visit.path("change"), visit.reader.id, now(), sent.id
    proposal, said, reason = sent.text("proposal"), sent.text("position"), sent.text("reason")

    def store(db: Database) -> list[Framework]:
        return changes.take_position(db, change_id, proposal, said, reason, id=identity, coder_id=coder_id, now=time)

    try:
        made = visit.write(store)
    except UsageError as error:
        return _change(visit, trouble=str(error))
    told = "Saved. Everybody has answered and nobody objects: it is agreed." if made else "Saved. You can change it."
    return visit.back(f"/list/changes/{change_id}", said=told)


def _change(visit: Visit, trouble: str = "") -> Response:
    change_id, coder_id, time, review = visit.path("change"), visit.reader.id, now(), visit.settings.review

    def look(db: Database) -> dict[str, Any]:
        found = changes.find(db, change_id, time)
        told = [compare(found.base, stored(db, one.framework_id)) for one in found.rounds]
        quoted = drafts.quotes(db, coder_id, changes.excerpts(db, change_id), review)
        record_others(db, coder_id, [one.excerpt_id for one in quoted if not one.mine], "a change of the list", time)
        ahead = looks(db, coder_id, found, review, time)
        return {"change": found, "told": told, "standing": found.standing(coder_id), "quotes": quoted, "looks": ahead}

    return visit.render(
        "list_change.html", 400 if trouble else 200, **visit.write(look), trouble=trouble, positions=POSITIONS,
        longest=LONGEST_REASON,
    )  # fmt: skip


def _form(visit: Visit, fields: Mapping[str, str], trouble: str = "") -> Response:
    coder_id, time, about, review = visit.reader.id, now(), _about(visit, fields), visit.settings.review

    def look(db: Database) -> dict[str, Any]:
        amended = changes.find(db, fields["change"], time) if fields.get("change") else None
        lists = drafts.lists(db)
        base = amended.base if amended else next((one for one in lists if one.id == fields.get("list")), None)
        base = base or (lists[0] if lists else None)
        value = next((one for one in base.values if one.id == fields.get("value")), None) if base else None
        quoted = drafts.quotes(db, coder_id, about, review)
        return {"lists": lists, "base": base, "base_id": changes.identity(base), "value": value, "amended": amended,
                "quotes": quoted}  # fmt: skip

    kind = fields.get("kind", "")
    return visit.render(
        "list_propose.html", 400 if trouble else 200, **visit.read(look), trouble=trouble, longest=LONGEST_REASON,
        kind=kind if kind in KINDS else "", fields=fields, parts=_PARTS,
        longest_name=drafts.LONGEST_NAME, longest_text=drafts.LONGEST_TEXT,
    )  # fmt: skip


def _about(visit: Visit, fields: Mapping[str, str]) -> list[str]:
    """Return the passages that a form is about: those that it was shown with, those of a group, or a single one."""
    if fields.get("excerpts") or not fields.get("group"):
        return fields.get("excerpts", fields.get("excerpt", "")).split()
    group = found(visit).group_of(fields["group"])
    return [one.excerpt_id for one in group.passages] if group else []


def _told(db: Database, one: Change) -> list[str]:
    """Say a change in the sentences that matter most."""
    changed = compare(one.base, stored(db, one.newest.framework_id))
    return [each.text for each in changed if each.kind not in ("whole", "texts")]


def _written(sent: Form) -> Written:
    parts = tuple(_words(sent, f"{part}-") for part in _PARTS)
    place = Place(sent.text("layer"), sent.text("new_layer"), sent.text("before"))
    return Written(sent.text("kind"), tuple(sent.texts("value")), _words(sent), parts, place, sent.text("holds"))


def _words(sent: Form, prefix: str = "") -> Words:
    texts = {field: sent.text(f"{prefix}{field}").splitlines() for field in TEXTS}
    return Words(sent.text(f"{prefix}name"), sent.text(f"{prefix}definition"), texts)


def _again(sent: Form) -> dict[str, str]:
    """Return what somebody wrote, so that a form that was refused can be shown with it."""
    words = [
        f"{prefix}{field}"
        for prefix in ("", *(f"{part}-" for part in _PARTS))
        for field in ("name", "definition", *TEXTS)
    ]
    names = (
        "kind",
        "list",
        "value",
        "layer",
        "new_layer",
        "before",
        "holds",
        "reason",
        "change",
        "group",
        "excerpts",
        *words,
    )
    return {name: sent.text(name) for name in names}


routes = [
    Route("/list", page(show)),
    Route("/list/propose", page(form)),
    Route("/list/propose", posted(propose), methods=["POST"]),
    Route("/list/changes/{change:uuid}", page(change)),
    Route("/list/changes/{change:uuid}/position", posted(position), methods=["POST"]),
]

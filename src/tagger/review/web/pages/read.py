"""Reading: one passage at a time, what the person sees in it, and then what was suggested."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from starlette.responses import Response
from starlette.routing import Route

from tagger.care import MODESTY
from tagger.errors import UsageError
from tagger.readings import Reading
from tagger.records import Framework, Value
from tagger.review import decisions, displays, notes, passages, servings
from tagger.review.datasets import framework as framework_of
from tagger.review.datasets import values_against
from tagger.review.displays import Shown, Suggested, ToCome
from tagger.review.servings import Left, Queue, Serving
from tagger.review.web.pages.home import queue_of
from tagger.review.web.visit import Form, Visit, now, number, page, posted
from tagger.store import Database

_MOST_TURNS = 40
_FURTHEST = 10**9
_LEAVES = {"next": "", "skip": "Skipped. That is always all right.", "later": "It will come back at the end."}
"""Acts that leave a passage whatever stands on it, and what is said then."""


@dataclass(frozen=True)
class Sitting:
    """A serving as it stands: what the person holds of it so far, and what may be shown beside it."""

    serving: Serving
    framework: Framework
    reading: Reading
    shown: Shown
    by_value: str

    @property
    def values(self) -> tuple[Value, ...]:
        """Return the values that the excerpt is read against."""
        return values_against(self.framework, self.serving.kind)

    @property
    def open_suggestion(self) -> Suggested | None:
        """Return the suggestion that is asked about now."""
        return next((s for s in self.shown.suggestions if not s.answered), None)

    @property
    def open_value(self) -> Value | None:
        """Return the value that is asked about now, while nothing is suggested."""
        if self.reading.finished or self.shown.suggestions:
            return None
        return next((value for value in self.values if value.id not in self.reading.answers), None)


@dataclass(frozen=True)
class Ahead:
    """How things stand with a passage after a step, to know where its reader goes."""

    framework: Framework
    reading: Reading
    suggestions: tuple[ToCome, ...]
    by_value: str


_STAYING = {
    "memo": "Your note is saved.",
    "something not on our list": "Saved: something that is not on our list.",
}
"""What is said after acts that leave the reader where they are."""


def begin(visit: Visit, form: Form) -> Response:
    """Hand out the first passage of a queue."""
    fields = {name: form.text(name) for name in ("dataset", "order", "value", "read")}
    return _next(visit, queue_of(fields, visit.settings.review))


def choose(visit: Visit, form: Form) -> Response:
    """Open the passage that the reader chose."""
    excerpt, identity, time, review = form.text("excerpt"), str(uuid4()), now(), visit.settings.review
    coder_id = visit.reader.id
    serving = visit.write(lambda db: servings.chosen(db, coder_id, excerpt, review, identity, time))
    return visit.back(f"/read/{serving.id}")


def show(visit: Visit) -> Response:
    """Show a passage with what the reader holds of it so far."""
    queue = _queue(visit)
    turns = number(visit.query.get("turns", ""), 1, _MOST_TURNS)
    whole, others, near = ("whole" in visit.query), ("others" in visit.query), ("near" in visit.query)
    time, serving_id, review = now(), visit.path("serving"), visit.settings.review

    def sit(db: Database) -> tuple[Sitting, dict[str, Any], Left]:
        sitting = _sitting(db, visit, serving_id, queue, time, others=others)
        asked = sitting.shown.suggestions if near and sitting.reading.finished else ()
        neighbours = {s.id: displays.nearest(db, visit.reader.id, s.id, "passage", time) for s in asked}
        counted = _for_all_values(queue or _default(visit, sitting.serving))
        return sitting, neighbours, visit.desk.kept.left(db, visit.reader.id, counted, review)

    # Only what is recorded, and what is kept, waits for the one who writes.
    sitting, neighbours, left = visit.write(sit)
    serving = sitting.serving
    evidence = [s.why.sentence for s in sitting.shown.suggestions if not s.answered][:1]

    def look(db: Database) -> dict[str, Any]:
        return {
            "context": passages.in_transcript(db, serving.excerpt_id, turns, turns, evidence=evidence, whole=whole),
            "notes": notes.of_transcript(db, serving.transcript_id)
            if whole or turns > 1
            else notes.before(db, serving.transcript_id, serving.excerpt_id),
            "memos": decisions.memos(db, serving.coder_id, serving.excerpt_id),
            "history": decisions.history(db, serving.coder_id, serving.excerpt_id),
        }

    return visit.render(
        "read.html",
        **visit.read(look),
        sitting=sitting,
        near=neighbours,
        left=left,
        queue=_carried(queue),
        turns=turns,
        whole=whole,
        others=others,
        modesty=MODESTY,
    )


def decide(visit: Visit, form: Form) -> Response:
    """Store what the reader decided, then show what comes next."""
    queue, serving_id = _queue(visit), visit.path("serving")
    act, answers, suggestion_id = _act(form)
    note, identity, time = form.text("note"), form.id, now()
    postponement = str(uuid4())

    def store(db: Database) -> tuple[Serving, Ahead | None]:
        # The list that was on the page, though a run may have brought another one since.
        serving = _mine(db, visit, serving_id)
        serving = replace(serving, framework_id=form.text("framework") or serving.framework_id)
        if act == "later":
            servings.postpone(db, serving_id, postponement, time)
        elif act != "next":
            decisions.decide(
                db, id=identity, serving=serving, act=act, answers=answers, suggestion_id=suggestion_id,
                note=note, now=time, coder_id=visit.reader.id,
                at_once=not visit.settings.review.own_first,
            )  # fmt: skip
        return serving, None if act in _LEAVES else _ahead(db, visit, serving_id, queue)

    serving, ahead = visit.write(store)
    if ahead and _stays(act, ahead):
        here = f"/read/{serving_id}" + (f"?{visit.request.url.query}" if visit.request.url.query else "")
        return visit.back(here, said=_STAYING.get(act, ""))
    said = _said(act, suggestion_id, ahead) if ahead else _LEAVES[act]
    return _next(visit, queue or _default(visit, serving), said=said)


def adjust(visit: Visit) -> Response:
    """Show the sentences around a passage, to say where it should begin and end."""
    return _borders(visit)


def _borders(visit: Visit, trouble: str = "") -> Response:
    serving_id = visit.path("serving")

    def look(db: Database) -> dict[str, Any]:
        serving = _mine(db, visit, serving_id)
        return {"serving": serving, "sentences": passages.sentences_around(db, serving.excerpt_id)}

    return visit.render("adjust.html", **visit.read(look), queue=_carried(_queue(visit)), trouble=trouble)


def adjusted(visit: Visit, form: Form) -> Response:
    """Store the moved borders; the reading stays on the passage that was handed out."""
    serving_id, time, identity = visit.path("serving"), now(), form.id
    start, end = (number(form.text(name), -1, _FURTHEST) for name in ("start", "end"))
    if not 0 <= start < end:
        return _borders(visit, trouble="The passage must begin before it ends.")
    borders = (start, end)

    def store(db: Database) -> None:
        serving = _mine(db, visit, serving_id)
        decisions.decide(
            db, id=identity, serving=serving, act="adjust", borders=borders, now=time, coder_id=visit.reader.id
        )

    try:
        visit.write(store)
    except UsageError as error:
        return _borders(visit, trouble=str(error))
    return visit.back(_address(serving_id, _queue(visit)), said="The borders are moved. Undo takes it back.")


def undo(visit: Visit, form: Form) -> Response:
    """Take back the reader's last step, wherever it was."""
    coder_id, identity, time = visit.reader.id, form.id, now()
    undone = visit.write(lambda db: decisions.undo(db, id=identity, coder_id=coder_id, now=time))
    if undone is None:
        return visit.back(form.text("back", "/"), said="There is nothing to take back.")
    if not undone.serving_id:
        return visit.back(form.text("back", "/browse"), said=undone.words)
    serving, queue = visit.read(lambda db: _mine(db, visit, undone.serving_id)), _queue(visit)
    onward = queue if queue and queue.dataset == serving.dataset else None
    return visit.back(_address(serving.id, onward), said=undone.words)


def finished(visit: Visit) -> Response:
    """Say that there is nothing left to read here."""
    queue = _queue(visit) or queue_of({}, visit.settings.review)
    review, coder_id, counted = visit.settings.review, visit.reader.id, _for_all_values(queue)
    left = visit.write(lambda db: visit.desk.kept.left(db, coder_id, counted, review))
    return visit.render("finished.html", queue=queue, left=left)


def _next(visit: Visit, queue: Queue, said: str = "") -> Response:
    coder_id, identity, time = visit.reader.id, str(uuid4()), now()
    review, seed, kept = visit.settings.review, secrets.randbits(62), visit.desk.kept

    def hand_out(db: Database) -> Serving | None:
        kept.prepare(db, coder_id, queue.dataset, review, seed, time)
        serving = servings.next_serving(db, coder_id, queue, review, identity, time, kept)
        if serving is None:
            return None
        value = queue.value or _told_by_coming(db, serving, queue)
        if not value:
            return serving
        # Being handed a passage for a value says that the value was suggested, whether or not it is opened.
        where = servings.BY_VALUE if queue.value else servings.BY_COMING
        shown = displays.show(db, coder_id, [serving.excerpt_id], where, review, time, value=value, asked=True)
        return serving if shown[serving.excerpt_id].suggestions or not queue.value else None

    serving = visit.write(hand_out)
    if serving is None:
        return visit.back(f"/finished?{_carried(queue)}", said=said)
    return visit.back(_address(serving.id, queue), said=said)


def _told_by_coming(db: Database, serving: Serving, queue: Queue) -> str:
    """Return the value of which a passage tells that it was suggested, by coming at all: of a list of one, that one."""
    if serving.arm == "blind" or queue.read == "all" or not serving.framework_id:
        return ""
    values = values_against(framework_of(db, serving.framework_id), serving.kind)
    return values[0].id if len(values) == 1 else ""


def _sitting(
    db: Database, visit: Visit, serving_id: str, queue: Queue | None, time: Any, *, others: bool = False
) -> Sitting:
    serving, by_value = _asked(db, visit, serving_id, queue)
    shown = displays.show(
        db, visit.reader.id, [serving.excerpt_id], "passage", visit.settings.review, time,
        suggestions=serving.arm != "blind", readings=others, value=by_value, asked=bool(by_value),
    )[serving.excerpt_id]  # fmt: skip
    reading = decisions.reading(db, visit.reader.id, serving.excerpt_id, serving.framework_id)
    return Sitting(serving, framework_of(db, serving.framework_id), reading, shown, by_value)


def _ahead(db: Database, visit: Visit, serving_id: str, queue: Queue | None) -> Ahead:
    serving, by_value = _asked(db, visit, serving_id, queue)
    reader, review = visit.reader.id, visit.settings.review
    suggested: tuple[ToCome, ...] = ()
    if serving.arm != "blind":
        suggested = displays.to_come(db, reader, serving.excerpt_id, review, value=by_value, asked=bool(by_value))
    reading = decisions.reading(db, reader, serving.excerpt_id, serving.framework_id)
    return Ahead(framework_of(db, serving.framework_id), reading, suggested, by_value)


def _asked(db: Database, visit: Visit, serving_id: str, queue: Queue | None) -> tuple[Serving, str]:
    """Return a serving of this reader, and the value for which it was handed out."""
    serving = _mine(db, visit, serving_id)
    # An address that was typed asks for nothing: only what was handed out for a value is shown for it.
    wanted = servings.asked_for(db, serving)
    return serving, wanted if queue and queue.value == wanted else ""


def _mine(db: Database, visit: Visit, serving_id: str) -> Serving:
    serving = servings.serving(db, serving_id)
    if serving is None or serving.coder_id != visit.reader.id:
        raise UsageError("this passage was handed to somebody else, or to nobody", remedy="Start from the first page")
    return serving


def _act(form: Form) -> tuple[str, dict[str, str], str]:
    """Return the act, the answers it gives, and the suggestion it is about."""
    act = form.text("act")
    if mark := form.text("mark"):
        value, _, answer = mark.rpartition(":")
        return "choose", {value: answer}, ""
    if act in ("yes", "no"):
        if suggestion := form.text("suggestion"):
            return ("accept" if act == "yes" else "reject"), {}, suggestion
        return "choose", {form.text("value"): act}, ""
    return act, {}, ""


def _stays(act: str, ahead: Ahead) -> bool:
    """Say whether the reader is still busy with this passage."""
    if act in ("choose", "memo") or any(not one.answered for one in ahead.suggestions):
        return True
    return not (ahead.reading.finished or ahead.by_value)


def _said(act: str, suggestion_id: str, ahead: Ahead) -> str:
    if act == "unsure":
        return "Saved: not sure."
    answered = [one.value for one in ahead.suggestions if one.id == suggestion_id]
    if answered:
        return f"Saved: {'yes' if act == 'accept' else 'no'} to {answered[0]}."
    seen = [v.name for v in ahead.framework.values if ahead.reading.answers.get(v.id) == "yes"]
    seen += ["something that is not on our list"] if ahead.reading.unlisted else []
    return f"Saved: {', '.join(seen)}." if seen else "Saved: none of the values."


def _queue(visit: Visit) -> Queue | None:
    return queue_of(visit.query, visit.settings.review) if visit.query.get("dataset") else None


def _default(visit: Visit, serving: Serving) -> Queue:
    return queue_of({}, visit.settings.review, serving.dataset)


def _for_all_values(queue: Queue) -> Queue:
    """Return what is counted of a queue: a count for one value would tell, by a skip, whether it is suggested there."""
    return replace(queue, value="")


def _carried(queue: Queue | None) -> str:
    return urlencode({name: value for name, value in asdict(queue).items() if value}) if queue else ""


def _address(serving_id: str, queue: Queue | None) -> str:
    carried = _carried(queue)
    return f"/read/{serving_id}" + (f"?{carried}" if carried else "")


routes = [
    Route("/read", posted(begin), methods=["POST"]),
    Route("/read/choose", posted(choose), methods=["POST"]),
    Route("/read/{serving:uuid}", page(show)),
    Route("/read/{serving:uuid}", posted(decide), methods=["POST"]),
    Route("/read/{serving:uuid}/borders", page(adjust)),
    Route("/read/{serving:uuid}/borders", posted(adjusted), methods=["POST"]),
    Route("/undo", posted(undo), methods=["POST"]),
    Route("/finished", page(finished)),
]

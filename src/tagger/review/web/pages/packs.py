"""Reading on paper or in a spreadsheet: make a pack, and bring one back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from tagger.errors import CodingsError, UsageError
from tagger.exchange import packs as workbooks
from tagger.review import packs
from tagger.review.datasets import datasets
from tagger.review.readers import Reader, readers
from tagger.review.servings import Queue
from tagger.review.web.files import PRINTED
from tagger.review.web.pages.exemplars import XLSX, download
from tagger.review.web.visit import Form, Visit, now, number, page, posted
from tagger.store import Database
from tagger.wording import several

USUAL = 20
_FOR_OTHERS = "analyst"


def show(visit: Visit) -> Response:
    """Show what can be made, what this reader has out, and where to bring it back."""
    return _page(visit, made=visit.request.query_params.getlist("made"))


def make(visit: Visit, form: Form) -> Response:
    """Make a pack for this reader, or one each for people who cannot come to this computer."""
    # One more than a pack may hold is refused there, in words.
    count = number(form.text("n"), -1, packs.MOST + 1)
    dataset, coder_ids, review = form.text("dataset"), form.texts("reader"), visit.settings.review
    time, seed = now(), secrets.randbits(62)
    if count < 0:
        raise UsageError("say how many passages, as a number", where="How many", remedy="20 is a good start")

    def act(db: Database) -> list[workbooks.Pack]:
        if not coder_ids or not set(coder_ids) <= {one.id for one in _recipients(visit, db)}:
            raise UsageError("nobody is named who will read it", remedy="Choose a name from the list")
        queue = Queue(dataset, order=review.order, read=review.read)
        return packs.make(db, packs.ids_for(form.id, coder_ids), queue, review, n=count, seed=seed, now=time)

    made = visit.write(act)
    told = [f"{one.reader} {several(len(one.passages), 'passage')}" for one in made]
    said = f"The packs are made: {', '.join(told)}."
    if len(coder_ids) == 1:
        said = f"The pack is made: {several(len(made[0].passages), 'passage')}."
    return visit.back(f"/packs?{urlencode({'made': [one.id for one in made]}, doseq=True)}", said=said)


def workbook(visit: Visit) -> Response:
    """Hand a pack over as a workbook."""
    pack = _pack(visit)
    return download(visit, "reading pack", workbooks.write(pack), pack.file_name, XLSX)


def printed(visit: Visit) -> Response:
    """Show a pack as a page to print."""
    pack = _pack(visit)
    return visit.render("pack_file.html", pack=pack, **PRINTED)


def bring_back(visit: Visit, form: Form) -> Response:
    """Store what was filled in, and say what became of it."""
    time = now()
    try:
        name, data = form.file("pack")
        if not workbooks.is_pack(data):
            raise CodingsError(
                "this is not a reading pack", where=name, remedy="Choose the workbook that was filled in"
            )
        returned = workbooks.read(data, name)
        _check(visit, returned.pack_id)
        report = visit.write(lambda db: packs.bring_back(db, returned, name, time))
    except (CodingsError, UsageError) as error:
        return _page(visit, problem=str(error), status=400)
    return _page(visit, report=report.lines)


def _pack(visit: Visit) -> workbooks.Pack:
    pack_id = visit.path("pack")
    _check(visit, pack_id)
    return visit.read(lambda db: packs.pack(db, pack_id))


def _check(visit: Visit, pack_id: str) -> None:
    """Refuse a pack that was made for somebody else: what it brings back is stored as theirs."""
    if _FOR_OTHERS not in visit.roles and not visit.read(lambda db: packs.belongs(db, pack_id, visit.reader.id)):
        raise UsageError("this reading pack was not made for you", remedy="Whoever looks after the study can help")


def _recipients(visit: Visit, db: Database) -> list[Reader]:
    return readers(db) if _FOR_OTHERS in visit.roles else [visit.reader]


def _page(
    visit: Visit, *, made: Sequence[str] = (), report: tuple[str, ...] = (), problem: str = "", status: int = 200
) -> Response:
    everybody = visit.read(lambda db: _recipients(visit, db))
    theirs = {one.id for one in everybody}
    return visit.render(
        "packs.html",
        status,
        datasets=[dataset for dataset in visit.read(datasets) if dataset.framework],
        everybody=everybody,
        mine=visit.read(lambda db: packs.packs(db, visit.reader.id)),
        made=[one for one in visit.read(lambda db: packs.whose(db, made)) if one.reader_id in theirs],
        report=report,
        problem=problem,
        usual=USUAL,
        most=packs.MOST,
    )


routes = [
    Route("/packs", page(show)),
    Route("/packs", posted(make), methods=["POST"]),
    Route("/packs/back", posted(bring_back), methods=["POST"]),
    Route("/packs/{pack:uuid}.xlsx", page(workbook)),
    Route("/packs/{pack:uuid}/print", page(printed)),
]

"""Reading on paper or in a spreadsheet: make a pack, and bring one back."""

from __future__ import annotations

import secrets

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

USUAL = 20
_FOR_OTHERS = "analyst"


def show(visit: Visit) -> Response:
    """Show what can be made, what this reader has out, and where to bring it back."""
    return _page(visit, made=visit.query.get("made", ""))


def make(visit: Visit, form: Form) -> Response:
    """Make a pack for this reader, or for somebody who cannot come to this computer."""
    # One more than a pack may hold is refused there, in words.
    count = number(form.text("n"), -1, packs.MOST + 1)
    dataset, coder_id, review = form.text("dataset"), form.text("reader"), visit.settings.review
    time, seed = now(), secrets.randbits(62)
    if count < 0:
        raise UsageError("say how many passages, as a number", where="How many", remedy="20 is a good start")

    def act(db: Database) -> workbooks.Pack:
        if coder_id not in {one.id for one in _recipients(visit, db)}:
            raise UsageError("nobody is named who will read it", remedy="Choose a name from the list")
        queue = Queue(dataset, order=review.order, read=review.read)
        return packs.make(db, coder_id, queue, review, n=count, pack_id=form.id, seed=seed, now=time)

    made = visit.write(act)
    return visit.back(f"/packs?made={made.id}", said=f"The pack is made: {len(made.passages)} passages.")


def workbook(visit: Visit) -> Response:
    """Hand a pack over as a workbook."""
    pack = _pack(visit)
    return download(workbooks.write(pack), f"reading-pack-{pack.id[:8]}.xlsx", XLSX)


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
    visit: Visit, *, made: str = "", report: tuple[str, ...] = (), problem: str = "", status: int = 200
) -> Response:
    everybody = visit.read(lambda db: _recipients(visit, db))
    return visit.render(
        "packs.html",
        status,
        datasets=[dataset for dataset in visit.read(datasets) if dataset.framework],
        everybody=everybody,
        mine=visit.read(lambda db: packs.packs(db, visit.reader.id)),
        made=made,
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

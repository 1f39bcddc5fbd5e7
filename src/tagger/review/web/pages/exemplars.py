"""The exemplar table: what people found, in the words of those who spoke, by value and dataset."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from tagger.review.exemplars import ALL, PER_CELL, Exemplars, table_for
from tagger.review.exemplars import sheet as exemplar_sheet
from tagger.review.web.files import exemplars_page
from tagger.review.web.visit import Visit, now, page
from tagger.steps.exported import note_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(visit: Visit) -> Response:
    """Show the table as this reader may see it."""
    return visit.render("exemplars.html", table=_table(visit), everything=_everything(visit))


def workbook(visit: Visit) -> Response:
    """Hand the table over as a workbook."""
    return download(visit, "quotes", exemplar_sheet.write(_table(visit)), "my-exemplars.xlsx", XLSX)


def file(visit: Visit) -> Response:
    """Hand the table over as a page that stands alone."""
    made = exemplars_page(_table(visit), visit.settings.study.name, now().date())
    return download(visit, "quotes", made, "my-exemplars.html", "text/html; charset=utf-8")


def download(visit: Visit, kind: str, data: bytes, name: str, media_type: str) -> Response:
    """Answer with a file to keep, which is noted as one of its *kind*; *name* is one of ours."""
    time = now()
    visit.write(lambda db: note_in(db, kind, name, time))
    return Response(data, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


def _everything(visit: Visit) -> bool:
    return visit.query.get("quotes") == "all"


def _table(visit: Visit) -> Exemplars:
    coder_id, review, time = visit.reader.id, visit.settings.review, now()
    per_cell = ALL if _everything(visit) else PER_CELL
    return visit.write(lambda db: table_for(db, coder_id, review, time, per_cell=per_cell))


routes = [
    Route("/exemplars", page(show)),
    Route("/exemplars.xlsx", page(workbook)),
    Route("/exemplars.html", page(file)),
]

"""Which page is for whom: what is not in this table is for nobody."""

from __future__ import annotations

_READER, _ANALYST, _METHODOLOGIST, _ADMIN = (
    frozenset({role}) for role in ("reviewer", "analyst", "methodologist", "admin")
)
_ALL = _READER | _ANALYST | _METHODOLOGIST | _ADMIN

FOR_ANYBODY = frozenset({"/who", "/sign-in"})
"""Pages for those of whom it is not known who they are."""

FOR: dict[str, frozenset[str]] = {
    "/": _ALL,
    "/welcome": _ALL,
    "/help": _ALL,
    "/pause": _ALL,
    "/preferences": _ALL,
    "/progress": _ALL,
    "/sign-out": _ALL,
    "/read": _READER,
    "/read/choose": _READER,
    "/read/{serving:uuid}": _READER,
    "/read/{serving:uuid}/borders": _READER,
    "/undo": _READER,
    "/finished": _READER,
    "/reflections": _READER,
    "/reflections/choice": _READER,
    "/again": _READER,
    "/again/{repeat:uuid}": _READER,
    "/without-suggestions": _READER,
    "/notes": _READER,
    "/notes/remove": _READER,
    "/browse": _READER,
    "/browse/together": _READER,
    "/similar/{excerpt}": _READER,
    "/transcript/{transcript}": _READER,
    "/consent": _READER,
    "/consent/{excerpt}": _READER,
    "/consent/{excerpt}/position": _READER,
    "/list": _READER,
    "/list/propose": _READER,
    "/list/missing": _READER,
    "/list/missing/{excerpt}": _READER,
    "/list/changes/{change:uuid}": _READER,
    "/list/changes/{change:uuid}/position": _READER,
    "/exemplars": _READER,
    "/exemplars.xlsx": _READER,
    "/exemplars.html": _READER,
    "/packs": _READER | _ANALYST,
    "/packs/back": _READER | _ANALYST,
    "/packs/{pack:uuid}.xlsx": _READER | _ANALYST,
    "/packs/{pack:uuid}/print": _READER | _ANALYST,
    "/agreement": _METHODOLOGIST,
    "/comparison": _METHODOLOGIST,
    "/people": _ADMIN,
    "/people/link": _ADMIN,
    "/people/revoke": _ADMIN,
    "/people/hand-over": _ADMIN,
}
"""The roles to which each address of the application answers."""

FIRST = {"admin": "/people", "methodologist": "/agreement", "analyst": "/packs"}
"""Where those begin who do not read."""

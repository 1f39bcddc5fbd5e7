"""
Open a REFI-QDA project with QualCoder's own import, and compare what it has then with what the file says.

    python scripts/in_qualcoder.py QUALCODER/src study.qdpx

QUALCODER is a copy of its source (https://github.com/ccbogel/QualCoder). It is run without its windows, by a Python
that has PyQt6 and this package; nothing of it is a part of this program. Prints how many codings lie on the same words,
by the same person, under the same code, and ends with 1 unless all do.
"""

from __future__ import annotations

import builtins
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

from tagger.exchange import projects

Row = tuple[str, int, int, str, str, str]
SCHEMA = ("CREATE TABLE project (", "CREATE TABLE files_filter")
CODED = """
    SELECT s.name, c.pos0, c.pos1, n.name, c.owner, substr(s.fulltext, c.pos0 + 1, c.pos1 - c.pos0)
    FROM code_text c JOIN source s ON s.id = c.fid JOIN code_name n ON n.cid = c.cid
"""


def in_the_file(file: Path) -> list[Row]:
    """Return what the project says: document, place, code, person and words of each coding."""
    project = projects.read(file.read_bytes(), file.name)
    names = {code.key: code.name for code in project.codes}
    return sorted(
        (document.name, one.start, one.end, names[one.code], one.coder, document.text[one.start : one.end])
        for document in project.documents
        for one in document.codings
    )


def in_qualcoder(home: Path, file: Path) -> list[Row]:
    """Return the same from QualCoder's database after it imported the project."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        (work / "documents").mkdir()
        copy = str(shutil.copy(file, work))
        database = _database(home)
        _import(home, database, work, copy)
        return sorted(database.execute(CODED).fetchall())


def _database(home: Path) -> sqlite3.Connection:
    """Make the tables that QualCoder makes for a new project."""
    database = sqlite3.connect(":memory:")
    source = (home / "qualcoder/__main__.py").read_text("utf-8")
    begin, end = (source.index(each) for each in SCHEMA)
    for call in re.findall(r'execute\(\s*((?:"[^"]*"\s*)+)', source[begin - 200 : end + 300]):
        sql = "".join(re.findall(r'"([^"]*)"', call))
        if sql.startswith("CREATE TABLE"):
            database.execute(sql)
    return database


def _import(home: Path, database: sqlite3.Connection, work: Path, file: str) -> None:
    """Let QualCoder import a project into a database, its windows answered by themselves."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    package, helpers = ModuleType("qualcoder"), ModuleType("qualcoder.helpers")
    package.__path__ = [str(home / "qualcoder")]
    vars(helpers)["Message"] = lambda *_: SimpleNamespace(exec=lambda: None)
    sys.modules |= {"qualcoder": package, "qualcoder.helpers": helpers}
    vars(builtins)["_"] = str
    widgets = import_module("PyQt6.QtWidgets")
    widgets.QFileDialog.getOpenFileName = staticmethod(lambda *_, **__: (file, True))
    window = widgets.QApplication([])
    settings = {"directory": str(work), "codername": "", "ai_enable": "False"}
    app = SimpleNamespace(conn=database, project_path=str(work), settings=settings, ai_models=[], project_events=None)
    app.write_config_ini = lambda *_: None
    import_module("qualcoder.refi").RefiImport(app, SimpleNamespace(append=lambda _: None), "qdpx")
    window.quit()


def main() -> None:
    """Compare, and say how it went."""
    home, file = Path(sys.argv[1]), Path(sys.argv[2])
    ours, theirs = in_the_file(file), in_qualcoder(home, file)
    same = len(set(ours) & set(theirs))
    print(f"{len(ours)} codings in {file.name}, {len(theirs)} in QualCoder, {same} the same")  # noqa: T201
    sys.exit(0 if ours == theirs else 1)


if __name__ == "__main__":
    main()

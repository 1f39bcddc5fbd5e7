"""
The command line: one command per thing a person does.

Exit codes: 0 done; 1 not done, and why is said on stderr; 2 the command was not understood; 3 done, but some files
could not be read; 70 a fault of the program itself; 130 stopped with Ctrl-C (what was finished is stored, and the same
command goes on from there).
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import click

from tagger import __version__
from tagger.cli.agreement import agreement
from tagger.cli.audit import audit
from tagger.cli.backups import backup, restore
from tagger.cli.compare import compare
from tagger.cli.datasets import dataset
from tagger.cli.emergent import emergent
from tagger.cli.frameworks import framework
from tagger.cli.history import history
from tagger.cli.learn import learn
from tagger.cli.packs import pack
from tagger.cli.permissions import permissions
from tagger.cli.pseudonymise import pseudonymise
from tagger.cli.review import review
from tagger.cli.reviewer import reviewer
from tagger.cli.revisions import revisions
from tagger.cli.run import check, run
from tagger.cli.study import demo, doctor, init, next_step, status
from tagger.cli.tables import exemplars, export, import_codings
from tagger.cli.terminal import echo
from tagger.cli.verify import verify
from tagger.cli.withdraw import withdraw
from tagger.errors import TaggerError

FAILED, BROKEN, INTERRUPTED = 1, 70, 130
TRACEBACK = "TAGGER_TRACEBACK"
"""The variable with which a fault of the program itself is told with all that led to it."""


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tagger")
@click.pass_context
def tagger(context: click.Context) -> None:
    """Suggest which values interview excerpts may show, for people to decide on. Nothing leaves this machine."""
    if context.invoked_subcommand is None:
        echo(next_step(Path()))


for command in (
    demo,
    init,
    check,
    run,
    review,
    reviewer,
    learn,
    status,
    dataset,
    revisions,
    framework,
    emergent,
    import_codings,
    pack,
    audit,
    exemplars,
    export,
    agreement,
    compare,
    permissions,
    pseudonymise,
    withdraw,
    backup,
    restore,
    history,
    verify,
    doctor,
):
    tagger.add_command(command)


def main() -> None:
    """Run the command line; no traceback ever reaches anybody who did not ask for it."""
    # Whatever is written is for whoever runs this alone, also where no line of ours says so.
    before = os.umask(0o077)
    try:
        code = tagger(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        echo("\nStopped. What was finished is stored; run the same command again to go on.", err=True)
        code = INTERRUPTED
    except TaggerError as error:
        echo(f"tagger: {error}", err=True)
        code = FAILED
    except BrokenPipeError:
        code = FAILED
    except Exception as error:  # whatever it is, nobody can do anything with a traceback
        if os.environ.get(TRACEBACK):
            raise
        echo(f"tagger: {_fault(error)}", err=True)
        code = BROKEN
    finally:
        os.umask(before)
    sys.exit(code)


def _fault(error: Exception) -> str:
    """Say a fault of the program by its kind and place; its message may hold what people said."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"this is a fault of the program itself ({type(error).__name__} in {Path(place.filename).name}, line "
        f"{place.lineno}). What was stored before is safe. Please report it; {TRACEBACK}=1 before the command says "
        "more, and may show words of transcripts"
    )

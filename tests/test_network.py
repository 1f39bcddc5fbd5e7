"""Nothing leaves the machine: no process of a run connects to, or listens to, anything but this machine itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from forks import SOURCE
from studies import write_transcripts

pytestmark = pytest.mark.slow

CALLS = "connect,bind,sendto,sendmsg,sendmmsg"
HERE = re.compile(r'inet_addr\("127\.0\.0\.1"\)|inet_pton\(AF_INET6, "::1"')
# A network of its own, which has nothing but the loopback.
CUT_OFF = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
# The pages are opened in that network, and the server is stopped.
READ = """
"$@" & traced=$!
"$PYTHON" -c '
import time, urllib.request
for _ in range(200):
    time.sleep(0.3)
    try:
        page = urllib.request.urlopen("http://127.0.0.1:8398/").read()
        break
    except OSError:
        continue
assert b"Start reading" in page
' || exit 1
kill -TERM $(cat "/proc/$traced/task/$traced/children")
wait $traced; true
"""


@pytest.fixture(name="traced")
def _traced(tmp_path):
    """Return a function that runs `tagger` in a new home and lists the system calls that name an address."""
    assert shutil.which("strace"), "this test needs strace: apt-get install strace"
    home, trace = tmp_path / "home", tmp_path / "trace"
    home.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": str(SOURCE), "PYTHON": sys.executable}

    def run(*arguments, before=()):
        watched = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", f"trace={CALLS}", "-o", trace)
        command = [*before, *watched, sys.executable, "-m", "tagger", *arguments]
        ended = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600
        )
        assert 0 == ended.returncode, ended.stderr
        return ended, [line for line in trace.read_text("utf-8", "replace").splitlines() if "AF_INET" in line]

    return run


def test_a_local_run_opens_no_connection_at_all(traced, tmp_path):
    """With the engine `local` nothing is sent over any network, not even to this machine."""
    write_transcripts(tmp_path / "talks", files=2, turns=4)
    traced("init", "study", "--framework", "side-by-side")

    _, calls = traced("run", "talks", "--study", "study", "--engine", "local")

    # A library asks whether this machine has IPv6 by binding to its loopback.
    assert [] == [call for call in calls if "bind(" not in call or not HERE.search(call)]


def test_the_demo_works_without_a_network_and_talks_to_itself_alone(traced, tmp_path):
    """The whole demo runs where there is no network; Prefect talks to its own server and tries nothing else."""
    ended, calls = traced("demo", before=CUT_OFF)

    assert "The interviews are invented" in ended.stdout
    assert "without it" not in ended.stderr
    assert calls
    assert [] == [call for call in calls if not HERE.search(call)]
    assert [] == [path for path in (tmp_path / "home").rglob("*") if path.is_file()]

    # What comes after it needs no network either, and asks for none.
    study = ("--study", str(next(tmp_path.glob("*/study.toml")).parent))
    for command in (
        ("learn", *study),
        ("agreement", *study, "-o", "report"),
        ("compare", *study, "-o", "comparison"),
        ("exemplars", *study, "-o", "quotes.docx"),
        ("export", *study, "--to", "qdpx", "-o", "out.qdpx"),
        ("export", *study, "--to", "archive", "-o", "out.zip"),
    ):
        assert [] == [call for call in traced(*command, before=CUT_OFF)[1] if not HERE.search(call)], command
    served = ("review", *study, "--no-browser", "--port", "8398")
    _, calls = traced(*served, before=(*CUT_OFF, "sh", "-c", READ, "sh"))
    assert any("8398" in call for call in calls)
    assert [] == [call for call in calls if not HERE.search(call)]

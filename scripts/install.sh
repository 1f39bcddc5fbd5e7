#!/usr/bin/env bash
# Make .venv/ and install into it the locked packages and the project, editable. Run by `make`, when either has changed.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3}

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

command -v "$python" > /dev/null || fail "There is no $python here. Install Python 3.11 or newer, or say where it is: make demo PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version 2>&1) is too old: Python 3.11 or newer is needed. Name another: make demo PYTHON=python3.12"
"$python" -c 'import ensurepip, venv' 2> /dev/null ||
    fail "This Python cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv"

[ -x .venv/bin/python ] || "$python" -m venv .venv
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

total=$(grep -c '==' requirements.lock)
echo "Installing $total packages into .venv/ (about 2.5 GB; once, 3 to 10 minutes) ..."
pip() {
    .venv/bin/python -m pip "$@" 2> .venv/pip-errors.txt || {
        grep -v '^WARNING' .venv/pip-errors.txt >&2
        fail "The installation did not finish. Mend what is said above and run make again: it goes on where it was."
    }
}
pip install -r requirements.lock | {
    seen=0
    while read -r line; do
        case $line in
            Collecting* | Processing* | Requirement\ already*)
                seen=$((seen + 1))
                [ $((seen % 30)) -ne 0 ] || [ "$seen" -gt "$total" ] || echo "  $seen of $total packages at hand"
                ;;
            Installing\ collected*) echo "  unpacking them ..." ;;
        esac
    done
}
pip install --quiet --no-deps --no-build-isolation --editable .
pip check
touch .venv/ready

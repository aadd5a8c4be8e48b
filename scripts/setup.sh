#!/usr/bin/env bash
# Sets .venv up from a lock file, or does nothing when that has been done.
# Usage: scripts/setup.sh product|bench|test   (each holds the ones before it)
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3.11}
venv=.venv
torch=torch==2.13.0
kinds=(product bench test)

lock_of() { [ "$1" = product ] && echo requirements.lock || echo "requirements-$1.lock"; }
key_of() { cat scripts/setup.sh pyproject.toml "$(lock_of "$1")" | cksum; }

kind=${1:?say product, bench or test}
if [ "$(cat "$venv/.set-up-$kind" 2>/dev/null)" = "$(key_of "$kind")" ]; then
  exit 0
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
  echo "Menura needs Python 3.11, and '$python' is not that." >&2
  echo "Install it, or name it: make PYTHON=/path/to/python3.11 ..." >&2
  exit 1
fi

echo "Setting up $venv from $(lock_of "$kind") (a few minutes on a slow line) ..." >&2
pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet)
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"${pip[@]}" install --no-deps --require-hashes --requirement "$(lock_of "$kind")"
# After the lock, so that all it needs besides its own GPU libraries is there in the locked version.
# Pip takes the build that its configuration offers: from a CPU index where one is set up.
"${pip[@]}" install "$torch"
"${pip[@]}" install --no-deps --no-build-isolation --editable .

for done in "${kinds[@]}"; do
  key_of "$done" >"$venv/.set-up-$done"
  [ "$done" = "$kind" ] && break
done

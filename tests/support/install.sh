#!/usr/bin/env bash
# Installs one thing that the tests need, if it is not there yet.
#
#   install.sh packages    compilers, libraries and tools from Debian (needs root or sudo when something is missing)
#   install.sh readers     pyarrow, DuckDB, boto3 in a Python environment
#   install.sh versitygw   a real S3 server, built by Go; Go itself comes from PyPI when it is missing or too old
#   install.sh milvus      a real Milvus server and its Python client
#
# Everything but the packages goes into one folder, ${BULKWRITER_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/bulkwriter-tests},
# and is found there again by the next run. Deleting the folder is always safe.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${BULKWRITER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/bulkwriter-tests}
versitygw_version=1.8.0
versitygw_needs_go=1.25

packages=(
  ca-certificates ccache clang-16 cmake curl doctest-dev g++ libboost-json1.81-dev libboost1.81-dev
  libclang-rt-16-dev libcli11-dev libssl-dev ninja-build nlohmann-json3-dev python3 python3-venv
)

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "this needs root, and there is no sudo: $*" >&2
    return 1
  fi
}

install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian system: please provide what these packages hold: ${packages[*]}" >&2
    return 0
  fi
  local missing=() name
  for name in "${packages[@]}"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  echo "installing ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
    "${missing[@]}"
}

# environment NAME: makes $cache/NAME out of requirements-NAME.txt, unless it was made out of the same text before.
environment() {
  local name=$1 python
  local folder=$cache/$name list=$here/requirements-$1.txt
  cmp -s "$list" "$folder/installed.txt" && return 0
  # Debian's own Python first: the pinned wheels are known to exist for it.
  for python in /usr/bin/python3 python3; do command -v "$python" >/dev/null && break; done
  rm -rf "$folder"
  mkdir -p "$cache"
  "$python" -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$list"
  cp "$list" "$folder/installed.txt"  # last: a broken installation has no such file
}

# at_least HAVE WANT
at_least() {
  [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]
}

install_versitygw() {
  local binary=$cache/bin/versitygw-$versitygw_version go=go build=$cache/go-build
  [[ -x $binary ]] && return 0
  if ! command -v go >/dev/null || ! at_least "$(go env GOVERSION | sed 's/^go//')" "$versitygw_needs_go"; then
    environment go
    go=$cache/go/bin/go
  fi
  mkdir -p "$cache/bin"
  GOBIN=$build/bin GOPATH=$build/path GOCACHE=$build/cache GOFLAGS=-modcacherw GOTOOLCHAIN=local \
    "$go" install "github.com/versity/versitygw/cmd/versitygw@v$versitygw_version"
  mv "$build/bin/versitygw" "$binary"
  rm -rf "$build" "$cache/go"
}

# The wheel holds the server packed by xz. Unpacked once here, a start takes seconds.
install_milvus() {
  environment milvus
  "$cache/milvus/bin/python" - "$cache/milvus" <<'PY'
import sys
import milvus
milvus._initialize_data_files(sys.argv[1] + "/server")
PY
}

case ${1:-} in
packages) install_packages ;;
readers) environment readers ;;
versitygw) install_versitygw ;;
milvus) install_milvus ;;
*)
  sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
  ;;
esac

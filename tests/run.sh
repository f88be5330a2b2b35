#!/usr/bin/env bash
# Builds and runs every test of the library, after installing what is missing.
#
#   tests/run.sh [OPTION...] [-- CTEST-ARGUMENT...]
#
#   --all            also the long tests, and the unit tests under the thread sanitizer
#   --only PRESET    one build tree instead of all: gcc, clang-16, asan-ubsan or tsan (may be given several times)
#   --no-install     install nothing: tests whose peers are not there are skipped, and named
#   --jobs N         so many compilers and tests at a time (default: one a processor)
#   --help
#
# Build trees are build/<preset>; one ctest run covers all of them, and its summary is the last thing printed. What was
# installed from package registries is kept in ${BULKWRITER_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/bulkwriter-tests}.
# Debian packages are installed by apt-get, with sudo where the user is not root. Exit code 0: no test has failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() { sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }
say() { printf '\n== %s\n' "$*"; }

trees=()
all=
install=1
jobs=$(nproc)
while (($#)); do
  case $1 in
  --all) all=1 ;;
  --only) trees+=("${2:?--only needs a preset}") && shift ;;
  --no-install) install= ;;
  --jobs) jobs=${2:?--jobs needs a number} && shift ;;
  --help) usage && exit 0 ;;
  --) shift && break ;;
  *) echo "run.sh: unknown option $1" >&2 && usage >&2 && exit 2 ;;
  esac
  shift
done
((${#trees[@]})) || trees=(gcc clang-16 asan-ubsan ${all:+tsan})
mkdir -p build

# Test servers end with the test that started them. What may be left to end is the installation in the background.
installer=
finish() { [[ -z $installer ]] || kill -- "-$installer" 2>/dev/null || true; }
trap finish EXIT
trap 'exit 130' INT TERM HUP

peers=(readers milvus versitygw toxiproxy moto clouds azure azurite arrow_go parquet_mr hyparquet locales clang libcxx boost gcc-stable ${all:+clients gcc-sid s3sfs})
if [[ $install ]]; then
  tests/support/install.sh packages </dev/null
  # Downloads take minutes: the compilers run meanwhile. In a process group of its own, to be ended as a whole.
  set -m
  for peer in "${peers[@]}"; do
    tests/support/install.sh "$peer" >"build/install-$peer.log" 2>&1 && echo installed >>"build/install-$peer.log"
  done </dev/null &
  installer=$!
  set +m
fi

# CMake reads the variable when a tree is configured for the first time.
if [[ -z ${CMAKE_CXX_COMPILER_LAUNCHER:-} ]] && command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
for tree in "${trees[@]}"; do
  say "building $tree"
  cmake --preset "$tree" --log-level=WARNING
  cmake --build --preset "$tree" --parallel "$jobs"
done

if [[ $install ]]; then
  say "waiting for the peers"
  wait "$installer" || true
  installer=
  for peer in "${peers[@]}"; do
    if [[ $(tail -n 1 "build/install-$peer.log") == installed ]]; then continue; fi
    tail -n 5 "build/install-$peer.log"
    echo "SKIPPED: $peer could not be installed (build/install-$peer.log): the tests that need it are skipped"
  done
fi

# One run over all trees; the trees look for the peers again first.
for tree in "${trees[@]}"; do cmake --preset "$tree" --log-level=WARNING >/dev/null; done
printf 'subdirs(%s)\n' "${trees[*]}" >build/CTestTestfile.cmake
say "testing"
cd build
# Servers of the tests listen on loopback; a proxy of this machine is no way to them.
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
ctest --output-on-failure --no-tests=error --parallel "$jobs" ${all:+--build-config long} "$@"

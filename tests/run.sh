#!/usr/bin/env bash
# Builds and runs every test of the library, after installing what is missing.
#
#   tests/run.sh [OPTION...] [-- CTEST-ARGUMENT...]
#
#   --all            also the long tests, and the branches that the tests take
#   --only PRESET    one build tree instead of all: gcc, clang-16, asan-ubsan, tsan or coverage (may be given several times)
#   --no-install     install nothing: tests whose peers are not there are skipped, and named
#   --require-peers  a peer that is not there fails its tests in place of skipping them, as in continuous integration
#   --jobs N         so many compilers and tests at a time (default: one a processor)
#   --help
#
# Build trees are build/<preset>; one ctest run covers all of them, and its summary is the last thing printed. In it, a
# peer that could not be installed is the test install.<peer>, a tree that does not build as a whole build.<preset>: what
# was built of it, and the other trees, are tested all the same. build/tests.xml has the seconds of each test. What was
# installed from package registries is kept in ${BULKWRITER_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/bulkwriter-tests}.
# Debian packages are installed by apt-get, with sudo where the user is not root. Exit code 0: no test has failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() { sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }
say() { printf '\n== %s\n' "$*"; }

trees=()
all=
install=1
require_peers=OFF
jobs=$(nproc)
while (($#)); do
  case $1 in
  --all) all=1 ;;
  --only) trees+=("${2:?--only needs a preset}") && shift ;;
  --no-install) install= ;;
  --require-peers) require_peers=ON ;;
  --jobs) jobs=${2:?--jobs needs a number} && shift ;;
  --help) usage && exit 0 ;;
  --) shift && break ;;
  *) echo "run.sh: unknown option $1" >&2 && usage >&2 && exit 2 ;;
  esac
  shift
done
((${#trees[@]})) || trees=(gcc clang-16 asan-ubsan tsan ${all:+coverage})
mkdir -p build

# Test servers end with the test that started them. What may be left to end is the installation in the background.
installer=
finish() { [[ -z $installer ]] || kill -- "-$installer" 2>/dev/null || true; }
trap finish EXIT
trap 'exit 130' INT TERM HUP

# Twice: networks and registries have bad moments.
install() {
  tests/support/install.sh "$1" </dev/null && return
  sleep 10
  echo "installing $1 once more"
  tests/support/install.sh "$1" </dev/null
}

peers=(readers milvus versitygw toxiproxy moto clouds azure azurite arrow_go parquet_mr hyparquet locales clang libcxx boost gcc-stable zig ${all:+clients gcc-sid s3sfs coverage qemu})
begin=$SECONDS
if [[ $install ]]; then
  install packages
  # Downloads take minutes: the compilers run meanwhile. In a process group of its own, to be ended as a whole.
  set -m
  for peer in "${peers[@]}"; do
    install "$peer" >"build/install-$peer.log" 2>&1 && echo installed >>"build/install-$peer.log"
  done &
  installer=$!
  set +m
fi
times="installing packages $((SECONDS - begin)) s"

# CMake reads the variable when a tree is configured for the first time.
if [[ -z ${CMAKE_CXX_COMPILER_LAUNCHER:-} ]] && command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
configure() { cmake --preset "$1" --log-level=WARNING "-DBULKWRITER_TEST_REQUIRE_PEERS=$require_peers"; }

# What is known before any test has run, as tests of their own: ctest's summary is one of everything.
printf '' >build/CTestTestfile.cmake
report() { # NAME LOG EXIT-CODE
  printf 'add_test([[%s]] sh -c [[tail -n 40 "%s"; exit %s]])\n' "$1" "$PWD/$2" "$3" >>build/CTestTestfile.cmake
  [[ $require_peers == ON ]] || printf 'set_tests_properties([[%s]] PROPERTIES SKIP_RETURN_CODE 77)\n' "$1" >>build/CTestTestfile.cmake
}

failed=()
for tree in "${trees[@]}"; do
  say "building $tree"
  begin=$SECONDS
  if ! { configure "$tree" && cmake --build --preset "$tree" --parallel "$jobs" -- -k 0; } 2>&1 | tee "build/build-$tree.log"; then
    failed+=("$tree")
    report "build.$tree" "build/build-$tree.log" 1
  fi
  times+=", building $tree $((SECONDS - begin)) s"
done

begin=$SECONDS
if [[ $install ]]; then
  say "waiting for the peers"
  wait "$installer" || true
  installer=
  for peer in "${peers[@]}"; do
    if [[ $(tail -n 1 "build/install-$peer.log") == installed ]]; then continue; fi
    tail -n 5 "build/install-$peer.log"
    echo "$peer could not be installed (build/install-$peer.log)"
    report "install.$peer" "build/install-$peer.log" 77
  done
fi
times+=", waiting for the peers $((SECONDS - begin)) s"

# One run over all trees; the trees look for the peers again first.
for tree in "${trees[@]}"; do
  configure "$tree" >/dev/null 2>&1 || continue
  printf 'subdirs([[%s]])\n' "$tree" >>build/CTestTestfile.cmake
done
say "$times"
((${#failed[@]} == 0)) || say "did not build as a whole: ${failed[*]}"
say "testing"
cd build
# Servers of the tests listen on loopback; a proxy of this machine is no way to them.
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
ctest --output-on-failure --no-tests=error --parallel "$jobs" --output-junit "$PWD/tests.xml" \
  ${all:+--build-config long} "$@" || exit
# The tests that were asked for may be none of those that tell of a tree.
exit "$((${#failed[@]} != 0))"

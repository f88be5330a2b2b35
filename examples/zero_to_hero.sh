#!/bin/sh
# Installs what is missing, builds one example and runs it: ./examples/zero_to_hero.sh --help
set -eu

examples=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$examples")
build=$root/build/examples
log=$build/build.log

for option in "$@"; do
  case $option in
    --help | -h) exec cat "$examples/support/usage.txt" ;;
  esac
done

say() { printf '%s\n' "$*" >&2; }

# Whether the compiler finds Boost 1.81 with its JSON library, or OpenSSL 3.
has_boost() {
  printf '%s\n' '#include <boost/version.hpp>' '#include <boost/asio/version.hpp>' '#include <boost/json/fwd.hpp>' \
    '#if BOOST_VERSION < 108100' '#error' '#endif' 'int main() {}' |
    "$cxx" -std=c++20 -x c++ - -o /dev/null -lboost_json 2> /dev/null
}
has_openssl() {
  printf '%s\n' '#include <openssl/ssl.h>' '#if OPENSSL_VERSION_NUMBER < 0x30000000L' '#error' '#endif' 'int main() {}' |
    "$cxx" -x c++ - -o /dev/null -lssl -lcrypto 2> /dev/null
}

install_missing() {
  cxx=${CXX:-c++}
  missing=
  command -v "$cxx" > /dev/null 2>&1 || missing="$missing g++"
  command -v cmake > /dev/null 2>&1 || missing="$missing cmake"
  command -v ninja > /dev/null 2>&1 || missing="$missing ninja-build"
  # Without a compiler nothing can be asked of it; apt leaves alone what is there.
  case $missing in
    *g++*) missing="$missing libboost1.81-dev libboost-json1.81-dev libssl-dev" ;;
    *)
      has_boost || missing="$missing libboost1.81-dev libboost-json1.81-dev"
      has_openssl || missing="$missing libssl-dev"
      ;;
  esac
  [ -n "$missing" ] || return 0

  if ! command -v apt-get > /dev/null 2>&1; then
    say "zero_to_hero.sh needs a C++20 compiler, CMake 3.25, Ninja, Boost 1.81 (with JSON) and OpenSSL 3."
    say "Here is no apt-get to install them with; on Debian 12 it would be: apt-get install$missing"
    exit 1
  fi
  if [ "$(id -u)" = 0 ]; then
    as_root=
  elif command -v sudo > /dev/null 2>&1; then
    as_root=sudo
  else
    say "zero_to_hero.sh must install:$missing"
    say "That takes root, and there is no sudo here. Please run as root: apt-get install$missing"
    exit 1
  fi
  say "installing:$missing"
  # shellcheck disable=SC2086 # a list of words
  if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing ||
    { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing; }; } >&2; then
    say "zero_to_hero.sh could not install:$missing"
    exit 1
  fi
}

mkdir -p "$build"
if [ ! -f "$build/build.ninja" ]; then
  install_missing
  launcher=
  if command -v ccache > /dev/null 2>&1; then launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
  # -O1: half the time to compile, and fast enough to wait for the network.
  # shellcheck disable=SC2086 # one word or none
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release '-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG' \
    -DBULKWRITER_BUILD_EXAMPLES=ON -DBULKWRITER_BUILD_TESTS=OFF -DBULKWRITER_INSTALL=OFF $launcher > "$log" 2>&1 || {
    cat "$log" >&2
    rm -f "$build/build.ninja" "$build/CMakeCache.txt"
    exit 1
  }
fi
[ -x "$build/examples/zero_to_hero" ] || say "building the example; the first time this takes about a minute"
cmake --build "$build" --target zero_to_hero > "$log" 2>&1 || {
  cat "$log" >&2
  exit 1
}
exec "$build/examples/zero_to_hero" "$@"

#!/usr/bin/env bash
# Installs one thing that the tests need, if it is not there yet.
#
#   install.sh packages    compilers, libraries and tools from Debian (needs root or sudo when something is missing)
#   install.sh readers     pyarrow, DuckDB, Polars, fastparquet, ml_dtypes, boto3 in a Python environment
#   install.sh clients     boto3, awscrt, minio in a Python environment, which the upload is measured beside
#   install.sh versitygw   a real S3 server, built by Go; Go itself comes from PyPI when it is missing or too old
#   install.sh toxiproxy   a proxy that slows, cuts and starves connections, built by Go
#   install.sh moto        an S3 server that checks session tokens, in a Python environment
#   install.sh clouds      the libraries by which programs of Google Cloud and Azure find their tokens
#   install.sh s3sfs       a second real S3 server, built by Cargo, which must be there (about five minutes)
#   install.sh arrow_go    the Parquet reader in Go that Milvus uses, built by Go
#   install.sh parquet_mr  Parquet's reader in Java; a JDK and Maven come from Debian (needs root or sudo when missing)
#   install.sh hyparquet   a Parquet reader in JavaScript; Node.js comes from PyPI when it is missing or too old
#   install.sh azurite     a server that speaks as Azure Blob storage does, in JavaScript, as above
#   install.sh azure       Azure's own client in a Python environment
#   install.sh milvus      a real Milvus server and its Python client
#   install.sh locales     de_DE and tr_TR
#   install.sh clang       the newest Clang that Debian has for this release, as clang-newest/clang++ (needs root or sudo)
#   install.sh libcxx      libc++ beside it: Clang 16 as libcxx-16/clang++ and the newest as libcxx-newest/clang++
#   install.sh boost       the headers of a newer Boost, as boost-newest
#   install.sh zig         a compiler for macOS, musl, aarch64 and i386, from PyPI
#   install.sh coverage    llvm-cov and llvm-profdata of Clang 16
#   install.sh qemu        what runs programs for aarch64
#   install.sh gcc-SUITE   GCC, Boost and OpenSSL of another release of Debian, such as stable or sid, as gcc-SUITE/g++
#
# Everything but the packages goes into one folder, ${BULKWRITER_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/bulkwriter-tests},
# and is found there again by the next run. Deleting the folder is always safe.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${BULKWRITER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/bulkwriter-tests}
versitygw_version=1.8.0
versitygw_needs_go=1.25
toxiproxy_version=2.5.0
toxiproxy_needs_go=1.18
s3sfs_version=0.14.1
arrow_go_needs_go=1.25
node_needed=20

packages=(
  ca-certificates ccache clang-16 cmake curl doctest-dev doxygen g++ git libboost-json1.81-dev libboost1.81-dev
  libclang-rt-16-dev libcli11-dev libssl-dev make meson ninja-build nlohmann-json3-dev patchelf pkg-config python3
  python3-venv rapidjson-dev tzdata
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

# go_at_least VERSION: the command of such a Go, the machine's own or one in $cache/go.
go_at_least() {
  if command -v go >/dev/null && at_least "$(go env GOVERSION | sed 's/^go//')" "$1"; then
    command -v go
  else
    environment go >&2
    echo "$cache/go/bin/go"
  fi
}

# run_go GO ARGUMENT...: what it downloads and compiles goes into $cache/go-build, to be removed afterwards.
run_go() {
  local build=$cache/go-build
  GOBIN=$build/bin GOPATH=$build/path GOCACHE=$build/cache GOFLAGS=-modcacherw GOTOOLCHAIN=local "$@"
}

# go_program NAME VERSION GO-VERSION PACKAGE: $cache/bin/NAME-VERSION.
go_program() {
  local binary=$cache/bin/$1-$2 go
  [[ -x $binary ]] && return 0
  go=$(go_at_least "$3")
  mkdir -p "$cache/bin"
  run_go "$go" install "$4@v$2"
  mv "$cache/go-build/bin/${4##*/}" "$binary"
  rm -rf "$cache/go-build"
}

install_versitygw() {
  go_program versitygw "$versitygw_version" "$versitygw_needs_go" github.com/versity/versitygw/cmd/versitygw
}

install_toxiproxy() {
  go_program toxiproxy "$toxiproxy_version" "$toxiproxy_needs_go" github.com/Shopify/toxiproxy/v2/cmd/server
}

install_s3sfs() {
  local binary=$cache/bin/s3s-fs-$s3sfs_version build=$cache/cargo-build
  [[ -x $binary ]] && return 0
  if ! command -v cargo >/dev/null; then
    echo "this needs cargo" >&2
    return 1
  fi
  mkdir -p "$cache/bin"
  CARGO_HOME=$build/home CARGO_TARGET_DIR=$build/target cargo install --quiet --locked --features binary \
    --version "$s3sfs_version" --root "$build" s3s-fs
  mv "$build/bin/s3s-fs" "$binary"
  rm -rf "$build"
}

# The readers of Parquet in other languages. Of what each was made out of, its folder has copies; put there last, so that
# a broken installation has none.
foreign=$here/../foreign_readers

# is_made_of FOLDER FILE...
is_made_of() {
  local folder=$1 file
  shift
  for file in "$@"; do cmp -s "$foreign/$file" "$folder/$file" || return 1; done
}

install_arrow_go() {
  local folder=$cache/arrow_go sources=(go.mod go.sum read_parquet.go) go
  is_made_of "$folder" "${sources[@]}" && return 0
  go=$(go_at_least "$arrow_go_needs_go")
  rm -rf "$folder"
  mkdir -p "$folder"
  (cd "$foreign" && run_go "$go" build -trimpath -ldflags '-s -w' -o "$folder/read_parquet" .)
  rm -rf "$cache/go-build"
  (cd "$foreign" && cp "${sources[@]}" "$folder")
}

# java runs ReadParquet.java as it is, where it is that of a JDK.
install_parquet_mr() {
  local folder=$cache/parquet_mr
  is_made_of "$folder" pom.xml && [[ -x $folder/java ]] && return 0
  if ! command -v mvn >/dev/null || ! java --list-modules 2>/dev/null | grep '^jdk\.compiler@' >/dev/null; then
    packages=(default-jdk-headless maven)
    install_packages
  fi
  rm -rf "$folder"
  mkdir -p "$folder"
  mvn --quiet --batch-mode --file "$foreign/pom.xml" -Dmaven.repo.local="$folder/repository" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$folder/libraries"
  rm -r "$folder/repository"
  cp "$foreign/pom.xml" "$folder"
  ln -s "$(readlink -f "$(command -v java)")" "$folder/java"
}

# node_package FOLDER: what the folder's package.json names, and a Node.js beside it as FOLDER/node.
node_package() {
  local folder=$1 path=$PATH
  if ! command -v npm >/dev/null || ! at_least "$(node --version | sed 's/^v//')" "$node_needed"; then
    environment node
    path=$cache/node/bin:$PATH
  fi
  (cd "$folder" && PATH=$path npm ci --silent --no-audit --no-fund --ignore-scripts --cache "$folder/cache")
  rm -rf "$folder/cache"
  ln -s "$(PATH=$path node --print process.execPath)" "$folder/node"
}

install_hyparquet() {
  local folder=$cache/hyparquet sources=(package.json package-lock.json)
  is_made_of "$folder" "${sources[@]}" && [[ -x $folder/node ]] && return 0
  rm -rf "$folder"
  mkdir -p "$folder"
  (cd "$foreign" && cp "${sources[@]}" "$folder")
  node_package "$folder"
}

install_azurite() {
  local folder=$cache/azurite source=$here/../azure
  cmp -s "$source/package-lock.json" "$folder/package-lock.json" && [[ -x $folder/node ]] && return 0
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "$source/package.json" "$source/package-lock.json" "$folder"
  node_package "$folder"
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

# unpack FOLDER PACKAGE...: the files of Debian packages, without installing them.
unpack() {
  local folder=$1 package
  shift
  mkdir -p "$folder/packages"
  (cd "$folder/packages" && apt-get -qq -o APT::Sandbox::User= download "$@")
  for package in "$folder"/packages/*.deb; do dpkg-deb -x "$package" "$folder"; done
  rm -r "$folder/packages"
}

# put_compiler FOLDER/NAME COMMAND-LINE: a script that stands for a compiler. Last: a broken installation has none.
put_compiler() {
  printf '#!/bin/sh\nexec %s\n' "$2" >"$1.new"
  chmod +x "$1.new"
  mv "$1.new" "$1"
}

install_locales() {
  local folder=$cache/locales name
  [[ -e $folder/installed.txt ]] && return 0
  rm -rf "$folder"
  unpack "$folder/source" locales
  for name in de_DE tr_TR; do
    I18NPATH=$folder/source/usr/share/i18n localedef -i "$name" -f UTF-8 "$folder/$name.UTF-8"
  done
  rm -r "$folder/source"
  touch "$folder/installed.txt"
}

newest_clang() {
  apt-cache pkgnames clang- | sed -n 's/^clang-\([0-9][0-9]*\)$/\1/p' | sort -n | tail -n 1
}

install_clang() {
  local folder=$cache/clang-newest version
  [[ -x $folder/clang++ ]] && "$folder/clang++" --version >/dev/null && return 0
  version=$(newest_clang)
  packages=("clang-$version")
  install_packages
  mkdir -p "$folder"
  put_compiler "$folder/clang++" "clang++-$version \"\$@\""
}

# The packages of two versions exclude each other, but their files do not. Linked statically: the newest headers go
# with the shared library of an older one.
install_libcxx() {
  local name version folder files
  for name in 16 newest; do
    version=$name
    [[ $name == newest ]] && version=$(newest_clang)
    folder=$cache/libcxx-$name
    files=$folder/usr/lib/llvm-$version
    [[ -x $folder/clang++ ]] && continue
    rm -rf "$folder"
    unpack "$folder" "libc++-$version-dev" "libc++abi-$version-dev"
    put_compiler "$folder/clang++" "clang++-$version -Wno-unused-command-line-argument -nostdinc++ -nostdlib++ \\
  -isystem '$files/include/c++/v1' \"\$@\" '$files/lib/libc++.a' '$files/lib/libc++abi.a'"
  done
}

# With the headers and libraries of all that it compiles for. What it builds of them stays in the folder, too.
install_zig() {
  local folder=$cache/zig
  [[ -x $folder/c++ ]] && cmp -s "$here/requirements-zig.txt" "$folder/installed.txt" && return 0
  environment zig
  put_compiler "$folder/c++" "env ZIG_GLOBAL_CACHE_DIR='$folder/cache' '$folder/bin/python' -m ziglang c++ \"\$@\""
}

install_coverage() {
  local folder=$cache/coverage name
  [[ -x $folder/llvm-profdata ]] && return 0
  rm -rf "$folder"
  unpack "$folder/packed" llvm-16
  for name in llvm-cov llvm-profdata; do mv "$folder/packed/usr/lib/llvm-16/bin/$name" "$folder"; done
  rm -r "$folder/packed"
}

install_qemu() {
  local folder=$cache/qemu
  [[ -x $folder/qemu-aarch64 ]] && return 0
  rm -rf "$folder"
  unpack "$folder/packed" qemu-user-static
  mv "$folder/packed/usr/bin/qemu-aarch64-static" "$folder/qemu-aarch64"
  rm -r "$folder/packed"
}

# Packages of another release of Debian, with what they need or alone (--alone), into a folder. Nothing of the system's
# apt is touched.
unpack_from() {
  local suite=$1 root=$2 apt=$2.apt site alone=
  shift 2
  [[ $1 == --alone ]] && alone=1 && shift
  mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$root"
  site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $suite main" >"$apt/sources.list"
  touch "$apt/status"
  cat >"$apt/apt.conf" <<CONF
Dir::State "$apt"; Dir::State::status "$apt/status"; Dir::Cache "$apt"; Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null"; Dir::Etc::Preferences "/dev/null"; Dir::Etc::PreferencesParts "/dev/null";
APT::Sandbox::User ""; APT::Install-Recommends "false"; Debug::NoLocking "true"; Acquire::Languages "none";
CONF
  APT_CONFIG=$apt/apt.conf apt-get -qq update
  if [[ -n $alone ]]; then
    (cd "$apt/archives" && APT_CONFIG=$apt/apt.conf apt-get -qq download "$@")
  else
    APT_CONFIG=$apt/apt.conf apt-get -qq install -y --download-only "$@"
  fi
  for package in "$apt"/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
  rm -rf "$apt" "$root/usr/share"
}

# The headers of a Boost whose Beast is newer than the floor's and than that of the compilers above.
install_boost() {
  local folder=$cache/boost-newest
  [[ -e $folder/usr/include/boost/version.hpp ]] && return 0
  rm -rf "$folder"
  unpack_from trixie "$folder" --alone libboost1.88-dev
}

# A compiler that runs where its C library is not the system's: loader and search path are written into its programs,
# and into those that it links.
install_gcc() {
  local suite=$1 folder=$cache/gcc-$1 root=$cache/gcc-$1/root libraries loader program
  [[ -x $folder/g++ ]] && return 0
  rm -rf "$folder"
  unpack_from "$suite" "$root" g++ libboost-dev libssl-dev
  for program in lib lib64; do [[ -e $root/$program ]] || ln -s "usr/$program" "$root/$program"; done
  libraries=$(echo "$root"/usr/lib/*-linux-gnu)
  loader=$(echo "$root"/lib*/ld-linux*.so.*)
  find "$root/usr/bin" "$root/usr/libexec" -type f -perm -u+x | while read -r program; do
    patchelf --print-interpreter "$program" >/dev/null 2>&1 || continue
    patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$program"
  done
  put_compiler "$folder/g++" "'$root/usr/bin/g++' -B'$root/usr/bin' --sysroot='$root' \\
  -Wl,--dynamic-linker='$loader',-rpath,'$libraries' \"\$@\""
  "$folder/g++" --version
}

case ${1:-} in
packages) install_packages ;;
readers) environment readers ;;
clients) environment clients ;;
versitygw) install_versitygw ;;
toxiproxy) install_toxiproxy ;;
moto) environment moto ;;
clouds) environment clouds ;;
s3sfs) install_s3sfs ;;
arrow_go) install_arrow_go ;;
parquet_mr) install_parquet_mr ;;
hyparquet) install_hyparquet ;;
azurite) install_azurite ;;
azure) environment azure ;;
milvus) install_milvus ;;
locales) install_locales ;;
clang) install_clang ;;
libcxx) install_libcxx ;;
boost) install_boost ;;
zig) install_zig ;;
coverage) install_coverage ;;
qemu) install_qemu ;;
gcc-*) install_gcc "${1#gcc-}" ;;
*)
  sed -n '2,28s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
  ;;
esac

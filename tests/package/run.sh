#!/usr/bin/env bash
# Is the package one that others can use? Installs the libraries of the optimised build to a prefix
# of its own, and builds and runs the outside project of this folder against them: with each
# compiler that is here, by CMake and by pkg-config; then with noex's own folder taken in, as
# shared libraries. And does what docs/TESTING_YOUR_OWN.md says, from an empty folder to mutants.
#
# Usage: tests/package/run.sh ROOT BUILD. ROOT is noex's folder; BUILD has all components. Works in ROOT/build/package-*; one line a step on standard output.
set -euo pipefail
root=$1
build=$2
outside=$root/tests/package
prefix=$root/build/package-prefix
launcher=()
if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi

die() { printf 'package: %s\n' "$*" >&2; exit 1; }

# The rest is seen only if it fails.
quietly() {
  local log=$root/build/package.log
  "$@" >"$log" 2>&1 </dev/null || { cat "$log" >&2; die "failed: $*"; }
}

install_libraries() {
  rm -rf "$prefix"
  quietly cmake --install "$build" --prefix "$prefix" --component development
  diff <(cd "$root/include" && find . -type f | sort) \
    <(cd "$prefix/include" && find . -type f | sort) ||
    die "installed headers are not those of include/"
}

# outside_project NAME COMPILER [CMAKE OPTIONS]; not optimised: this is about what builds at all.
outside_project() {
  local folder=$root/build/package-$1 compiler=$2
  shift 2
  rm -rf "$folder"
  quietly cmake -S "$outside" -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O0 -Wall -Wextra -Werror" \
    "${launcher[@]}" "$@"
  quietly ninja -C "$folder"
  quietly ctest --test-dir "$folder" --output-on-failure --no-tests=error
}

by_cmake() {
  local compiler
  for compiler in g++-12 clang++-19; do
    command -v "$compiler" >/dev/null || continue
    outside_project "$compiler" "$compiler" -DCMAKE_PREFIX_PATH="$prefix"
    printf 'find_package, %s\n' "$compiler"
  done
}

# The runtime alone looks for nothing that only chat, simulator or asio need.
alone() {
  local folder=$root/build/package-alone
  rm -rf "$folder"
  mkdir -p "$folder"
  cat >"$folder/CMakeLists.txt" <<'TEXT'
cmake_minimum_required(VERSION 3.25)
project(alone LANGUAGES CXX)
foreach(package CLI11 spdlog mimalloc OpenSSL Threads)
  set(CMAKE_DISABLE_FIND_PACKAGE_${package} ON)
endforeach()
find_package(noex CONFIG REQUIRED COMPONENTS runtime sim)
if(TARGET noex::asio)
  message(FATAL_ERROR "noex::asio was not asked for")
endif()
find_package(noex CONFIG COMPONENTS no_such_component)
if(noex_FOUND)
  message(FATAL_ERROR "found a component that is not there")
endif()
TEXT
  quietly cmake -S "$folder" -B "$folder/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix"
  printf 'components one by one\n'
}

by_pkg_config() {
  local path flags program=$root/build/package-simulated
  path=$(find "$prefix" -name pkgconfig)
  flags=$(PKG_CONFIG_PATH=$path pkg-config --cflags --libs noex-runtime noex-sim)
  # shellcheck disable=SC2086  # a list of words
  quietly g++ -std=c++23 "$outside/simulated.cpp" -o "$program" $flags
  quietly "$program"
  PKG_CONFIG_PATH=$path pkg-config --exists --print-errors noex-asio
  rm -f "$program"
  printf 'pkg-config\n'
}

# Nothing of ours in their tests, and only what they link among what is built; hidden is what is
# not of noex.
as_a_folder() {
  local folder=$root/build/package-folder strange
  outside_project folder g++ -DNOEX_SOURCE="$root" -DBUILD_SHARED_LIBS=ON
  [[ $(ctest --test-dir "$folder" -N | grep -c '^  Test') == 2 ]] || die "tests of ours ran"
  [[ -z $(find "$folder" -name 'chatnode' -o -name 'libnoex_chat*') ]] || die "the chat was built"
  strange=$(find "$folder" -name 'libnoex_*.so' -exec nm -D --defined-only {} + |
    awk 'NF == 3 && $3 !~ /4noex/ {print $3}')
  [[ -z $strange ]] || die "shared libraries show $strange"
  printf 'add_subdirectory, shared libraries\n'
}

# files_of PAGE: writes what stands fenced after a line that ends with a file's name, "`name`:" or
# "`name`, ...:".
files_of() {
  awk '
    /^```/ { inside = !inside; if (!inside) file = ""; next }
    inside && file != "" { print >file; next }
    /^$/ { next }
    { file = "" }
    match($0, /`[a-z_A-Z\/]+\.[a-z]+`(:$|, .*:$|:$)/) {
      file = substr($0, RSTART + 1)
      sub(/`.*/, "", file)
    }' "$1"
}

# holds WHAT TEXT FILE
holds() { grep -qF -- "$2" "$3" || { cat "$3" >&2; die "$1: no '$2'"; }; }

from_an_empty_folder() {
  local folder command
  folder=$(mktemp -d)
  cd "$folder"
  files_of "$root/docs/TESTING_YOUR_OWN.md"
  export CMAKE_PREFIX_PATH=$prefix XDG_CACHE_HOME=$folder/cache
  quietly cmake -S . -B build -G Ninja "${launcher[@]}"
  quietly cmake --build build
  if ctest --test-dir build --output-on-failure >log 2>&1; then die "the bug was not found"; fi
  holds "the report" 'COUNT1 at ' log
  holds "the XML" 'failures="1"' build/counter.xml
  [[ -f build/Counter.CountsNothingTwice.html ]] || die "no page"
  command=$(sed -n 's/^.*shows it again: //p' log)
  if (cd / && bash -c "$command") >again 2>&1; then die "does not fail again: $command"; fi
  holds "the same again" 'COUNT1 at ' again
  quietly git apply fix.patch
  quietly cmake --build build
  quietly ctest --test-dir build --output-on-failure
  mkdir mutants
  mv counts_again.patch mutants
  quietly build/counter_sim --seeds 1..20 --nodes 3 --junit sim.xml
  holds "JUnit of its own sim" 'COUNT1' sim.xml
  "$prefix/bin/noex-mutants" >table 2>>log || { cat log >&2; die "noex-mutants"; }
  holds "a user's mutants" '| `counts_again` |' table
  holds "a user's mutants" 'Counter.CountsNothingTwice' table
  cd "$root"
  rm -rf "$folder"
  unset CMAKE_PREFIX_PATH XDG_CACHE_HOME
  printf 'docs/TESTING_YOUR_OWN.md\n'
}

install_libraries
from_an_empty_folder
by_cmake
alone
by_pkg_config
as_a_folder
rm -rf "$root"/build/package-{g++-12,clang++-19,alone,folder}

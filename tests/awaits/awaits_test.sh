#!/usr/bin/env bash
# noex-check-awaits finds the lines of awaits.cpp that say so, and no others.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
check=$here/../../noex/testkit/noex-check-awaits
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# compiles FILE: a build of it.
compiles() {
  printf '[{\n"directory": "%s",\n"command": "g++ -std=c++23 -c %s",\n"file": "%s"\n}]\n' \
    "$build" "$1" "$1" >"$build/compile_commands.json"
}
# fails_with CODE COMMAND...
fails_with() {
  local expected=$1 code=0
  shift
  said=$("$@" 2>&1) || code=$?
  ((code == expected)) || { printf '%s\nended with %d\n' "$said" "$code"; exit 1; }
}

compiles "$here/awaits.cpp"
fails_with 1 "$check" -p "$build"
diff <(grep -n '// found' "$here/awaits.cpp" | cut -d: -f1) \
     <(sed 's/^[^:]*:\([0-9]*\):.*/\1/' <<<"$said" | sort -nu)

sed '/\/\/ found/d' "$here/awaits.cpp" >"$build/right.cpp"
compiles "$build/right.cpp"
"$check" -p "$build"

printf 'int main() { return nothing; }\n' >"$build/broken.cpp"
compiles "$build/broken.cpp"
fails_with 2 "$check" -p "$build"
grep -q "undeclared identifier" <<<"$said"
fails_with 2 "$check" -p "$build/nowhere"
fails_with 2 "$check"

#!/usr/bin/env bash
# Plants each known bug and asks whether the simulator finds it: ./dev mutants [NAME...]
#
# A mutant is tests/mutants/NAME.patch: first the property that it breaks, then what is wrong, then
# the diff. Five nodes try to find it, or as many as a line "# nodes: N" asks for; from several
# seeds on, since one may be lucky. Prints the table of docs/SIMULATOR.md.
# Works on a copy of the tree, so that a run that is stopped leaves no bug behind. Fails if a patch
# no longer applies or builds, or if a mutant survives from most starts. Set-up writes to stderr only.
set -uo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=${here%/tests/mutants}
tree=$root/build/mutants/tree
starts=(1 100001 200001 300001 400001)
seeds=500  # from each start, at most
jobs=$(nproc)
# The copy lies inside a repository that it is no part of.
export GIT_CEILING_DIRECTORIES=$root/build/mutants

say() { printf 'mutants: %s\n' "$*" >&2; }

# Brings the copy up to date; what has not changed keeps its time, so that little is built again.
copy_tree() {
  local file
  mkdir -p "$tree"
  while IFS= read -r -d '' file; do
    if [[ -f $root/$file ]] && cmp -s "$root/$file" "$tree/$file"; then continue; fi
    mkdir -p "$tree/$(dirname "$file")"
    if [[ -f $root/$file ]]; then cp "$root/$file" "$tree/$file"; else rm -f "$tree/$file"; fi
  done < <(cd "$root" && git ls-files -z --cached --others --exclude-standard; list_gone)
}

# What the copy has and the tree has no more.
list_gone() {
  cd "$tree" && find . -path ./build -prune -o -type f -printf '%P\0' |
    while IFS= read -r -d '' file; do
      if [[ ! -e $root/$file ]]; then printf '%s\0' "$file"; fi
    done
}

build() { "$tree/dev" build release sim >"$root/build/mutants/build.log" 2>&1; }

# first_failure START NODES: after how many seeds, and what broke: its code, or "check" if the run
# broke an invariant of the product or did not end. Nothing if all held.
first_failure() {
  local start=$1 nodes=$2 line
  line=$("$tree/build/release/bin/sim" --seeds "$start..$((start + seeds - 1))" --nodes "$nodes" \
    --jobs "$jobs" 2>/dev/null | grep -m1 -E '^seed [0-9]+: |^X2: ')
  if [[ $line =~ ^seed\ ([0-9]+):\ (([A-Z][0-9]+)[\ :])? ]]; then
    printf '%s %s\n' $((BASH_REMATCH[1] - start + 1)) "${BASH_REMATCH[3]:-check}"
  elif [[ $line == X2:* ]]; then
    printf '%s X2\n' "$seeds"
  fi
}

# row NAME PATCH FOUND SEEDS
row() {
  printf '| `%s` | %s | %s | %s | %s |\n' "$1" "$(sed -n '/^# [a-z]*: /d; /^# /{s///p;q}' "$2")" \
    "$(sed -n 's/^# breaks: //p' "$2")" "$3" "$4"
}

# hunt NAME PATCH: prints its line of the table; false if from most starts nothing was found.
hunt() {
  local name=$1 patch=$2 nodes start found=() sorted median
  nodes=$(sed -n 's/^# nodes: //p' "$patch")
  for start in "${starts[@]}"; do
    mapfile -t -O "${#found[@]}" found < <(first_failure "$start" "${nodes:-5}")
  done
  median=$((${#starts[@]} / 2))
  if ((${#found[@]} <= median)); then
    row "$name" "$patch" "-" "survives"
    return 1
  fi
  mapfile -t sorted < <(printf '%s\n' "${found[@]}" | sort -n)
  row "$name" "$patch" "$(printf '%s\n' "${found[@]#* }" | sort | uniq -c | sort -rn |
    awk '{printf "%s%s", separator, $2; separator = " "}')" "${sorted[median]% *}"
}

# try_mutant PATCH: false if the simulator did not find it.
try_mutant() {
  local patch=$1 name result=0
  name=$(basename "$patch" .patch)
  if ! (cd "$tree" && git apply "$patch"); then
    row "$name" "$patch" "-" "the patch does not apply"
    return 1
  fi
  if build; then
    hunt "$name" "$patch" || result=1
  else
    row "$name" "$patch" "-" "does not build"
    tail -n 20 "$root/build/mutants/build.log" >&2
    result=1
  fi
  (cd "$tree" && git apply -R "$patch")
  return "$result"
}

main() {
  local patches=() name patch found failed=0
  for name in "$@"; do
    if [[ ! -f $here/$name.patch ]]; then
      say "no mutant '$name' in $here"
      return 2
    fi
    patches+=("$tree/tests/mutants/$name.patch")
  done
  copy_tree
  if (($# == 0)); then patches=("$tree"/tests/mutants/*.patch); fi
  if ! build; then
    cat "$root/build/mutants/build.log" >&2
    return 1
  fi
  found=$(first_failure "${starts[0]}" 5)
  if [[ -n $found ]]; then
    say "the code fails without any mutant: seeds, property: $found"
    return 1
  fi
  printf '| mutant | the bug | breaks | found | seeds |\n| --- | --- | --- | --- | --- |\n'
  for patch in "${patches[@]}"; do try_mutant "$patch" || failed=$((failed + 1)); done
  say "$((${#patches[@]} - failed)) of ${#patches[@]} mutants found"
  ((failed == 0))
}

main "$@"

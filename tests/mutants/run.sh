#!/usr/bin/env bash
# Plants each known bug and asks whether the simulator finds it: ./dev mutants [NAME...]
#
# A mutant is tests/mutants/NAME.patch: first the property that it breaks, then what is wrong, then
# the diff. Five nodes try to find it, or as many as a line "# nodes: N" asks for.
# Works on a copy of the tree, so that a run that is stopped leaves no bug behind. Fails if a patch
# no longer applies or builds, or if a mutant survives all seeds. Set-up writes to stderr only.
set -uo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=${here%/tests/mutants}
tree=$root/build/mutants/tree
seeds=${MUTANT_SEEDS:-500}
jobs=$(nproc)
seconds_max=120
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

# first_failure NODES: the first line that says what broke, "seed N: ..."; nothing if all held.
first_failure() {
  local line status
  line=$(
    timeout "$seconds_max" "$tree/build/release/bin/sim" --seeds "1..$seeds" --nodes "$1" \
      --jobs "$jobs" 2>/dev/null | grep -m1 -E '^seed [0-9]+: |^X2: '
    exit "${PIPESTATUS[0]}"
  )
  status=$?
  if [[ $line == X2:* ]]; then line="seed $seeds: $line"; fi
  if [[ -z $line ]] && ((status == 124)); then line="seed ?: the batch did not end"; fi
  printf '%s' "$line"
}

# property_of LINE: its code, or "check" if an invariant of the product stopped the run.
property_of() {
  if [[ $1 =~ ^seed\ [0-9?]+:\ ([A-Z][0-9]+)\  ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  elif [[ $1 =~ ^seed\ [0-9?]+:\ ([A-Z][0-9]+): ]]; then
    printf '%s' "${BASH_REMATCH[1]}"
  else
    printf 'check'
  fi
}

report() { printf '%-30s %-8s %-8s %s\n' "$@"; }

# try_mutant PATCH: prints its line of the table; false if the simulator did not find it.
try_mutant() {
  local patch=$1 name expected nodes line seed result=0
  name=$(basename "$patch" .patch)
  expected=$(sed -n 's/^# breaks: //p;q' "$patch")
  if ! (cd "$tree" && git apply "$patch"); then
    report "$name" "$expected" "-" "the patch does not apply"
    return 1
  fi
  if ! build; then
    report "$name" "$expected" "-" "does not build"
    tail -n 20 "$root/build/mutants/build.log" >&2
    result=1
  else
    nodes=$(sed -n 's/^# nodes: //p' "$patch")
    line=$(first_failure "${nodes:-5}")
    seed=${line#seed }
    if [[ -n $line ]]; then
      report "$name" "$expected" "$(property_of "$line")" "${seed%%:*}"
    else
      report "$name" "$expected" "-" "survives $seeds seeds"
      result=1
    fi
  fi
  (cd "$tree" && git apply -R "$patch")
  return "$result"
}

main() {
  local patches=() name patch line failed=0
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
  line=$(first_failure 5)
  if [[ -n $line ]]; then
    say "the code fails without any mutant: $line"
    return 1
  fi
  report mutant breaks found seeds
  for patch in "${patches[@]}"; do try_mutant "$patch" || failed=$((failed + 1)); done
  say "$((${#patches[@]} - failed)) of ${#patches[@]} mutants found"
  ((failed == 0))
}

main "$@"

#!/usr/bin/env bash
# noex-mutants on a project of two shell scripts, which takes no time: what it says of each kind of
# mutant, that it never touches the project, and that it goes on where it was stopped.
#
# Usage: tests/mutants/noex_mutants_test.sh NOEX_MUTANTS. Prints what is not as it should be.
# shellcheck disable=SC2016  # texts with $ and `
set -euo pipefail
mutants=$(readlink -f "$1")
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
export XDG_CACHE_HOME=$room/cache NOEX_TRIED=$room/tried
unset GIT_DIR GIT_WORK_TREE
failed=0

# same WHAT EXPECTED SEEN
same() {
  if [[ $2 == "$3" ]]; then return; fi
  printf '%s: expected\n%s\nand saw\n%s\n' "$1" "$2" "$3"
  failed=1
}
# has WHAT PART WHOLE
has() {
  if [[ $3 == *"$2"* ]]; then return; fi
  printf '%s: expected\n%s\nwithin\n%s\n' "$1" "$2" "$3"
  failed=1
}

# mutant NAME SED COMMENT: what `sed` makes of sum.sh.
mutant() {
  printf '# breaks: S1\n# %s\n\n' "$3" >"mutants/$1.patch"
  diff -u --label a/sum.sh --label b/sum.sh sum.sh <(sed "$2" sum.sh) >>"mutants/$1.patch" || true
}

# The tests tell what they have seen; of a planted "interrupt", they stop noex-mutants itself.
make_project() {
  mkdir -p "$room/project one/mutants"
  cd "$room/project one"
  printf '#!/bin/sh\n# adds\necho $(($1 + $2))\n' >sum.sh
  cat >test.sh <<'TEXT'
#!/bin/sh
tail -n 1 sum.sh >>"$NOEX_TRIED"
if grep -q interrupt sum.sh && [ ! -e "$NOEX_TRIED.once" ]; then
  touch "$NOEX_TRIED.once"
  kill -INT "$(cat "$NOEX_TRIED.pid")"
  tail -f /dev/null
fi
if grep -q forever sum.sh; then tail -f /dev/null; fi
if [ "$(sh sum.sh 2 2)" != 4 ]; then echo '[  FAILED  ] Sum.Twos (0 ms)'; code=1; fi
if [ "$(sh sum.sh 1 2)" != 3 ]; then echo '[  FAILED  ] Sum.Adds (0 ms)'; code=1; fi
exit "${code:-0}"
TEXT
  chmod +x sum.sh test.sh
  mutant a_minus 's/+/-/' 'It | subtracts.'
  mutant b_times 's/+/*/' 'It multiplies.'
  mutant c_comment 's/# adds/# ads/' 'Nothing.'
  mutant d_syntax 's/echo/(/' 'It is no shell.'
  sed 's/adds/subtracts/' mutants/c_comment.patch >mutants/e_stale.patch
}

# call ARGUMENTS...: sets out, err, code.
call() {
  code=0
  (echo "$BASHPID" >"$NOEX_TRIED.pid"; exec "$mutants" --build 'sh -n sum.sh' --test ./test.sh "$@") \
    >"$room/out" 2>"$room/err" || code=$?
  out=$(<"$room/out") err=$(<"$room/err")
}
tried() { wc -l <"$NOEX_TRIED"; }
state() { find . -type f -exec sha256sum {} + | sort; }

make_project
before=$(state)
call
same "exit code" 1 "$code"
same "table" '| mutant | the bug | breaks | found by |
| --- | --- | --- | --- |
| `a_minus` | It \| subtracts. | S1 | Sum.Adds, Sum.Twos |
| `b_times` | It multiplies. | S1 | Sum.Adds |
| `c_comment` | Nothing. | S1 | survives |
| `d_syntax` | It is no shell. | S1 | does not build |
| `e_stale` | Nothing. | S1 | the patch does not apply |' "$out"
has "the worth" '2 of 5 mutants found (40 %)' "$err"
has "the worth" '2 found by Sum.Adds' "$err"
same "the project" "$before" "$(state)"
same "tried" 4 "$(tried)"

table=$out
call
same "the same again" "$table" "$out"
same "known already" 4 "$(tried)"
call mutants/a_minus.patch b_times
same "two of them" 0 "$code"
same "known already" 4 "$(tried)"
call --again a_minus
same "forgotten" 6 "$(tried)"
echo '# more' >>test.sh
call a_minus
same "another project" 8 "$(tried)"

# It is stopped in the middle of a mutant that adds a file; what was known stays known.
mutant f_interrupt '$s/$/ # interrupt/' 'Nothing.'
printf -- '--- /dev/null\n+++ b/added\n@@ -0,0 +1 @@\n+x\n' >>mutants/f_interrupt.patch
: >"$NOEX_TRIED"
call b_times f_interrupt a_minus
same "interrupted" 130 "$code"
has "interrupted" 'goes on from here' "$err"
has "what was known" '| `b_times` |' "$out"
same "tried: another mutant makes no other project" 2 "$(tried)"
before=$(state)
call b_times f_interrupt a_minus
same "after that" 1 "$code"
has "after that" '| `f_interrupt` | Nothing. | S1 | survives |' "$out"
same "tried: what was known stays known" 3 "$(tried)"
same "the project" "$before" "$(state)"
[[ -z $(find "$XDG_CACHE_HOME" -name added) ]] || same "the copy" "nothing added" "something"

mutant g_forever '$s/$/ # forever/' 'It never ends.'
call --timeout 1 g_forever
has "without an end" 'no end within 1 s' "$out"

# The program of a spec, by seeds: the lowest that fails, from most starts.
cat >sim.sh <<'TEXT'
#!/bin/sh
first=${2%..*}
if [ "$(sh sum.sh 2 2)" != 4 ]; then echo "seed $((first + 6)): KV1 at 1.0 s"; exit 1; fi
TEXT
chmod +x sim.sh
code=0
out=$("$mutants" --build true --sim ./sim.sh a_minus b_times 2>/dev/null) || code=$?
same "by seeds" 1 "$code"
has "by seeds" '| `a_minus` | It \| subtracts. | S1 | KV1 | 7 |' "$out"
has "by seeds" '| `b_times` | It multiplies. | S1 | - | survives |' "$out"

for wrong in '--nodes x' '--what' '--tree /nowhere' 'no_such' '--sim a --test b' '--test'; do
  code=0
  # shellcheck disable=SC2086  # words
  err=$("$mutants" $wrong 2>&1 >/dev/null) || code=$?
  same "$wrong" 2 "$code"
  has "$wrong" 'Try: noex-mutants --help' "$err"
done
call --test false
same "a project that fails" 2 "$code"
has "a project that fails" 'fails without any mutant: exit code 1' "$err"
call --build 'echo no compiler; false'
has "a project that does not build" 'no compiler' "$err"
same "help" 0 "$("$mutants" --help >/dev/null; echo $?)"
exit "$failed"

# Doxygen's view of a header: turns our comments, which carry no marks, into ones that it reads.
#
# A comment documents the declaration below it, or the one in front of it on its line. An example
# is indented by three blanks or more. Every line stays where it is: warnings then name the right one.

function escaped(text) {
  gsub(/[@\\<>#%]/, "\\\\&", text)
  return text
}

# Members that are deleted, or that the compiler writes: the language says what they do.
/^[^\/]*= (delete|default);/ { print ""; next }
# The file's own comment ends where its code begins.
/^#pragma once$/ { print "/// \\file"; next }
# A heading between declarations is nobody's comment.
/^ *\/\/ ---/ { print ""; next }

# What co_await calls is the compiler's business.
/^ .* await_(ready|suspend|resume)\(/ { sub(/^ +/, "&/** For co_await. */ "); print; next }

/^ *\/\/(   |$)/ { sub(/\/\/(   )?/, "///     "); print; next }
match($0, /^ *\/\/ /) {
  print substr($0, 1, RLENGTH - 3) "/// " escaped(substr($0, RLENGTH + 1))
  next
}
match($0, /[;,{})] *\/\/ /) {
  print substr($0, 1, RSTART) " ///< " escaped(substr($0, RSTART + RLENGTH))
  next
}
{ print }

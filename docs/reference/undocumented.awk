# What Doxygen 1.9 does not miss a comment of: enumerators, concepts, and classes without members.
# Reads its XML, names them, and fails if there are any.

function text() { gsub(/^.*<(compound)?name>|<\/.*$/, ""); return $0 }
function report(what) {
  printf "error: %s is not documented\n", what
  failed = 1
}

/<compounddef / {
  compound = /kind="(class|struct|union|concept)"/ && !/prot="(private|protected)"/
  member = value = 0
}
/<compoundname>/ { name = text() }
/<memberdef /    { member = 1 }
/<\/memberdef>/  { member = 0 }
/<enumvalue /    { value = /prot="public"/ }
/<name>/         { if (value) enumerator = text() }
/<briefdescription>/ {
  getline
  if (/<\/briefdescription>/ && value) report(name "::" enumerator)
  if (/<\/briefdescription>/ && compound && !member) report(name)
  if (!member) compound = 0
  value = 0
}
END { exit failed }

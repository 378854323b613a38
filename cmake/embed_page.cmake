# Writes OUT, a C++ header with the texts of FOLDER: page.html, page.css, and every .js in the order
# of their names (a script uses only what earlier ones declare, when it is loaded).
#
# Each is a raw string; their end mark must not occur in them. Lists and escapes of CMake would
# change ';' and '\', so that texts are only ever quoted whole.

function(append_text name file)
  file(READ ${file} text)
  string(FIND "${text}" ")noex_page\"" mark)
  if(NOT mark EQUAL -1)
    message(FATAL_ERROR "${file} holds the end mark of its own raw string")
  endif()
  file(APPEND ${OUT}.new "inline constexpr std::string_view ${name} = R\"noex_page(${text})noex_page\";\n\n")
endfunction()

file(WRITE ${OUT}.new "// Made of ${FOLDER} by cmake/embed_page.cmake.\n#pragma once\n\n#include <string_view>\n\nnamespace noex::sim::page {\n\n")
append_text(html ${FOLDER}/page.html)
append_text(style ${FOLDER}/page.css)

file(GLOB scripts ${FOLDER}/*.js)
list(SORT scripts)
set(names "")
foreach(script IN LISTS scripts)
  get_filename_component(name ${script} NAME_WE)
  string(REGEX REPLACE "[^a-z0-9]" "_" name "script_${name}")
  append_text(${name} ${script})
  string(APPEND names "${name}, ")
endforeach()
file(APPEND ${OUT}.new "inline constexpr std::string_view scripts[] = {${names}};\n\n}  // namespace noex::sim::page\n")
file(RENAME ${OUT}.new ${OUT})

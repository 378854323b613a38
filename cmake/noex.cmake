# The shapes of target that this project has.

# noex_link(target [link arguments...]): a folder without sources has no library to link.
function(noex_link target)
  set(arguments)
  foreach(argument ${ARGN})
    if(TARGET ${argument} OR NOT argument MATCHES "^noex_")
      list(APPEND arguments ${argument})
    endif()
  endforeach()
  target_link_libraries(${target} ${arguments})
endfunction()

# noex_library(name folder [link arguments...]): every .cpp of the folder but its main.cpp.
# Sources are found by name, so that a new file needs no edit here.
function(noex_library name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    noex_link(${name} ${ARGN})
  endif()
endfunction()

# noex_program(name main [libraries...])
function(noex_program name main)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${main})
    add_executable(${name} ${main})
    noex_link(${name} PRIVATE ${ARGN})
    target_compile_definitions(${name} PRIVATE NOEX_VERSION="${PROJECT_VERSION}")
  endif()
endfunction()

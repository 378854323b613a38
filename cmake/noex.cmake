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

# noex_library(name folders [link arguments...]): every .cpp of the folders but a main.cpp.
# Sources are found by name, so that a new file needs no edit here.
function(noex_library name folders)
  set(patterns ${folders})
  list(TRANSFORM patterns REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/\\1/*.cpp")
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    # Users find the headers of include/ only, once it is installed.
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR})
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

# noex_page(target folder): the page of `sim --html` as a header, noex_page.h. A change of any of
# its sources makes it anew; nothing but CMake is needed.
function(noex_page target folder)
  if(TARGET ${target})
    set(generated ${PROJECT_BINARY_DIR}/generated)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*)
    add_custom_command(
      OUTPUT ${generated}/noex_page.h
      COMMAND ${CMAKE_COMMAND} -D FOLDER=${PROJECT_SOURCE_DIR}/${folder}
              -D OUT=${generated}/noex_page.h -P ${PROJECT_SOURCE_DIR}/cmake/embed_page.cmake
      DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/cmake/embed_page.cmake)
    target_sources(${target} PRIVATE ${generated}/noex_page.h)
    target_include_directories(${target} PRIVATE ${generated})
  endif()
endfunction()

# noex_heap(TARGET): the program allocates with mimalloc (noex/sim/heap); sanitizers bring their own.
function(noex_heap target)
  if(NOT TARGET ${target} OR NOEX_SANITIZE)
    return()
  endif()
  target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/noex/sim/heap/mimalloc.cpp)
  target_link_libraries(${target} PRIVATE mimalloc)
endfunction()

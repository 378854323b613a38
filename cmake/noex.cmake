# The shapes of target that this project has.

# noex_link(target [link arguments...]): what is not built here has no library to link.
function(noex_link target)
  set(arguments)
  foreach(argument ${ARGN})
    if(TARGET ${argument} OR NOT argument MATCHES "^noex_")
      list(APPEND arguments ${argument})
    endif()
  endforeach()
  target_link_libraries(${target} ${arguments})
endfunction()

# noex_sources(variable folders): every .cpp of the folders but a main.cpp. Sources are found by
# name, so that a new file needs no edit here.
function(noex_sources variable folders)
  set(patterns ${folders})
  list(TRANSFORM patterns REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/\\1/*.cpp")
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()

# noex_component(name folders [link arguments...]): the library noex_<name>, which users link as
# noex::<name>, whether it is installed or built beside their own. Static or shared is theirs to
# say (BUILD_SHARED_LIBS); they find the headers of include/ only.
function(noex_component name folders)
  noex_sources(sources "${folders}")
  set(target noex_${name})
  add_library(${target} ${sources})
  add_library(noex::${name} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_23)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  noex_link(${target} ${ARGN})
  # Before 1.0 a minor version may change what is linked to.
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name} VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  if(BUILD_SHARED_LIBS AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(map ${PROJECT_SOURCE_DIR}/cmake/noex.map)
    target_link_options(${target} PRIVATE LINKER:--version-script=${map})
    set_target_properties(${target} PROPERTIES LINK_DEPENDS ${map})
  endif()
endfunction()

# noex_library(name folders [link arguments...]): a part of our own programs and tests.
function(noex_library name folders)
  noex_sources(sources "${folders}")
  add_library(${name} STATIC ${sources})
  noex_link(${name} ${ARGN})
endfunction()

# noex_program(name main [libraries...])
function(noex_program name main)
  add_executable(${name} ${main})
  noex_link(${name} PRIVATE ${ARGN})
  target_compile_definitions(${name} PRIVATE NOEX_VERSION="${PROJECT_VERSION}")
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

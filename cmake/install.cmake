# What `cmake --install` puts where: headers, libraries, and what finds them (CMake, pkg-config).
#
# A component is what users name in find_package(noex COMPONENTS ...): a set of targets in a file of
# its own, so that who asks for the runtime alone needs what the runtime needs, and nothing else.
# What each needs is written in noex-config.cmake.in. A further one is a noex_install_component().
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(noex_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/noex)

# noex_install_component(name DESCRIPTION text TARGETS target... [HEADERS path...]
#                        [REQUIRES module...] [REQUIRES_PRIVATE module...])
# Headers: folders and files of include/noex. Modules: what noex-<name>.pc requires; those that a
# shared library has linked itself are private.
function(noex_install_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION"
                        "TARGETS;HEADERS;REQUIRES;REQUIRES_PRIVATE")
  install(TARGETS ${arg_TARGETS} EXPORT noex-${name} COMPONENT development)
  install(EXPORT noex-${name} NAMESPACE noex:: FILE noex-${name}-targets.cmake
          DESTINATION ${noex_config_dir} COMPONENT development)
  foreach(path ${arg_HEADERS})
    if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/include/noex/${path})
      install(DIRECTORY include/noex/${path} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/noex
              COMPONENT development FILES_MATCHING PATTERN "*.h")
    else()
      install(FILES include/noex/${path} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/noex
              COMPONENT development)
    endif()
  endforeach()
  noex_pkg_config(${name})
endfunction()

# A static library is linked with all that it needs, which pkg-config gives only for --static.
macro(noex_pkg_config name)
  if(NOT BUILD_SHARED_LIBS)
    list(APPEND arg_REQUIRES ${arg_REQUIRES_PRIVATE})
    set(arg_REQUIRES_PRIVATE)
  endif()
  list(JOIN arg_REQUIRES ", " noex_pc_requires)
  list(JOIN arg_REQUIRES_PRIVATE ", " noex_pc_requires_private)
  # Wherever the whole is installed or moved to.
  file(RELATIVE_PATH noex_pc_up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  list(TRANSFORM arg_TARGETS PREPEND "-l" OUTPUT_VARIABLE noex_pc_libs)
  list(JOIN noex_pc_libs " " noex_pc_libs)
  configure_file(cmake/noex.pc.in noex-${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/noex-${name}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endmacro()

noex_install_component(transport
  DESCRIPTION "noex: what every part of it stands on, and the seam to the outside"
  TARGETS noex_transport noex_base
  REQUIRES fmt libxxhash)
# Without the headers of asio and tls, which stand in its folder.
install(DIRECTORY include/noex/transport DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/noex
        COMPONENT development FILES_MATCHING PATTERN "*.h" PATTERN asio EXCLUDE PATTERN tls EXCLUDE)
noex_install_component(runtime
  DESCRIPTION "noex: processes, clusters, names"
  TARGETS noex_runtime HEADERS runtime runtime.h
  REQUIRES noex-transport)
noex_install_component(sim
  DESCRIPTION "noex: the simulated world"
  TARGETS noex_sim HEADERS sim sim.h
  REQUIRES noex-transport)
if(NOEX_BUILD_ASIO)
  noex_install_component(asio
    DESCRIPTION "noex: real time and real TCP"
    TARGETS noex_asio HEADERS asio.h
    REQUIRES noex-transport REQUIRES_PRIVATE spdlog)
  install(DIRECTORY include/noex/transport/asio
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/noex/transport
          COMPONENT development FILES_MATCHING PATTERN "*.h")
endif()

if(NOEX_BUILD_TLS)
  noex_install_component(tls
    DESCRIPTION "noex: encryption"
    TARGETS noex_tls
    REQUIRES noex-transport REQUIRES_PRIVATE openssl)
  install(DIRECTORY include/noex/transport/tls
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/noex/transport
          COMPONENT development FILES_MATCHING PATTERN "*.h")
endif()
if(NOEX_BUILD_TESTKIT)
  noex_install_component(testkit
    DESCRIPTION "noex: tests of one's own processes on a simulated cluster"
    TARGETS noex_testkit noex_simulator noex_cli HEADERS testkit testkit.h cli
    REQUIRES noex-runtime noex-sim)
  install(PROGRAMS noex/testkit/noex-mutants noex/testkit/noex-check-awaits
          DESTINATION ${CMAKE_INSTALL_BINDIR}
          COMPONENT development)
endif()

configure_package_config_file(cmake/noex-config.cmake.in noex-config.cmake
                              INSTALL_DESTINATION ${noex_config_dir})
write_basic_package_version_file(noex-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/noex-config.cmake
              ${PROJECT_BINARY_DIR}/noex-config-version.cmake
        DESTINATION ${noex_config_dir} COMPONENT development)

# Debian packages: noex (the programs, with their man pages) and libnoex-dev (what users link).
#
# `./dev package` builds both. What they depend on is found by dpkg-shlibdeps; what a header or a
# static library needs is written here.
if(NOEX_BUILD_CHAT AND NOEX_BUILD_SIM)
  install(TARGETS chatnode sim DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)
endif()

# A man page is what --help says, laid out.
find_program(HELP2MAN help2man)
find_program(GZIP gzip)
if(HELP2MAN AND GZIP AND TARGET chatnode AND TARGET sim)
  add_custom_target(man)
  # noex_man_page(component name program summary)
  function(noex_man_page component name program summary)
    set(page ${PROJECT_BINARY_DIR}/man/${name}.1.gz)
    add_custom_command(
      OUTPUT ${page}
      COMMAND ${HELP2MAN} --no-info --section=1 --name=${summary}
              --version-string=${PROJECT_VERSION} --output=man/${name}.1 ${program}
      COMMAND ${GZIP} -9nf man/${name}.1
      DEPENDS ${program} WORKING_DIRECTORY ${PROJECT_BINARY_DIR} VERBATIM)
    add_custom_target(man_${name} DEPENDS ${page})
    add_dependencies(man man_${name})
    install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${component} OPTIONAL)
  endfunction()
  noex_man_page(programs chatnode $<TARGET_FILE:chatnode> "a chat on one node of a noex cluster")
  noex_man_page(programs sim $<TARGET_FILE:sim>
                "the chat of noex on a simulated cluster, under faults")
  noex_man_page(development noex-mutants ${PROJECT_SOURCE_DIR}/noex/testkit/noex-mutants
                "what the tests of a project are worth")
endif()

# What Debian asks of each package.
function(noex_debian_documents component package)
  set(changelog ${PROJECT_BINARY_DIR}/debian/changelog.gz)
  if(GZIP AND NOT EXISTS ${changelog})
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/debian)
    execute_process(COMMAND ${GZIP} -9nc ${PROJECT_SOURCE_DIR}/deploy/debian/changelog
                    OUTPUT_FILE ${changelog})
  endif()
  install(FILES ${PROJECT_SOURCE_DIR}/deploy/debian/copyright ${changelog}
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component} OPTIONAL)
endfunction()
noex_debian_documents(programs noex)
noex_debian_documents(development libnoex-dev)

set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME noex)
set(CPACK_PACKAGE_VENDOR noex)
set(CPACK_PACKAGE_CONTACT "The noex authors <noex@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL programs development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME noex)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAMS_DESCRIPTION
    "The programs: chatnode is one node of a distributed chat for terminals, and
sim runs the same nodes over a simulated network, under faults.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libnoex-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libboost1.81-dev, libfmt-dev, libspdlog-dev, libxxhash-dev, libssl-dev, libcli11-dev, pkg-config")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
    "Headers and static libraries for C++23: processes with mailboxes, remote
calls and spawns, a global registry of names, monitors, and membership.")
include(CPack)

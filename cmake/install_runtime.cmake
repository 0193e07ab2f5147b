# `cmake --install`: the runtime by itself, for programs that find it by find_package(spargio) or pkg-config (R50). Included
# by runtime/CMakeLists.txt. The harness, which belongs to a checkout, is not installed.
include(CMakePackageConfigHelpers)
set(spargio_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/spargio)

install(TARGETS spargio EXPORT spargio_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/spargio FILES_MATCHING PATTERN "*.hpp")
install(EXPORT spargio_targets NAMESPACE spargio:: FILE spargio-targets.cmake DESTINATION ${spargio_package_folder})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/spargio-config.cmake.in spargio-config.cmake
                              INSTALL_DESTINATION ${spargio_package_folder} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break what uses it.
write_basic_package_version_file(spargio-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/spargio-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/spargio-config-version.cmake
        DESTINATION ${spargio_package_folder})

set(spargio_pc_flags "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    string(APPEND spargio_pc_flags " -foptimize-sibling-calls")
endif()
if(SPARGIO_TRACE)
    string(APPEND spargio_pc_flags " -DSPARGIO_TRACE")
endif()
file(RELATIVE_PATH spargio_pc_up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" spargio_pc_up "${spargio_pc_up}")
configure_file(${PROJECT_SOURCE_DIR}/cmake/spargio.pc.in spargio.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/spargio.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# `cmake --install`: the runtime by itself, for programs that find it by find_package(spargio) or pkg-config (R50). Included
# by runtime/CMakeLists.txt. The harness, which belongs to a checkout, is not installed.
include(CMakePackageConfigHelpers)
set(spargio_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/spargio)

install(TARGETS spargio EXPORT spargio_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

# The public headers and what they include, by way of others too; of the rest of detail/ an outsider sees nothing.
file(GLOB_RECURSE spargio_headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.hpp)
list(FILTER spargio_headers EXCLUDE REGEX "(^|/)detail/")
set(spargio_unread ${spargio_headers})
while(spargio_unread)
    list(POP_FRONT spargio_unread spargio_header)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${spargio_header})
    file(STRINGS ${spargio_header} spargio_lines REGEX "^#include <spargio/")
    foreach(spargio_line IN LISTS spargio_lines)
        string(REGEX REPLACE "^#include <spargio/([^>]+)>.*" "\\1" spargio_included "${spargio_line}")
        if(NOT spargio_included IN_LIST spargio_headers)
            list(APPEND spargio_headers ${spargio_included})
            list(APPEND spargio_unread ${spargio_included})
        endif()
    endforeach()
endwhile()
foreach(spargio_header IN LISTS spargio_headers)
    cmake_path(GET spargio_header PARENT_PATH spargio_room)
    install(FILES ${spargio_header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/spargio/${spargio_room})
endforeach()
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

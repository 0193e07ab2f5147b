# Asks git, at every build, which revision this is, and writes it to a source file that only the harness compiles.
add_custom_target(spargio_revision
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${PROJECT_BINARY_DIR}/generated/revision.cpp
            -P ${PROJECT_SOURCE_DIR}/cmake/write_revision.cmake
    BYPRODUCTS ${PROJECT_BINARY_DIR}/generated/revision.cpp
    COMMENT "Asking git for the revision" VERBATIM)

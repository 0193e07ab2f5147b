# Runs cargo for cargo_crate.cmake. A failure is a warning: everything else is built and measured without that backend,
# which then reports itself unavailable (and tests/conformance fails, because its crates are there).
set(environment RUSTC=${RUSTC} CARGO_TARGET_DIR=${TARGET_FOLDER} ${ENVIRONMENT} --unset=RUSTFLAGS
                --unset=CARGO_BUILD_TARGET)
if(OFFLINE)
    # A folder of its own: a configuration in the user's home could send cargo to another registry.
    list(APPEND environment CARGO_HOME=${TARGET_FOLDER}/home)
endif()
file(REMOVE ${FOLDER}/${PRODUCT})
execute_process(COMMAND ${CMAKE_COMMAND} -E env ${environment} ${CARGO} build --release ${OFFLINE}
                WORKING_DIRECTORY ${FOLDER}/crate RESULT_VARIABLE failed OUTPUT_FILE ${FOLDER}/cargo.log
                ERROR_FILE ${FOLDER}/cargo.log)
if(failed)
    file(READ ${FOLDER}/cargo.log said)
    message(WARNING "${PRODUCT} is left out; cargo said:\n${said}")
    return()
endif()
file(COPY ${TARGET_FOLDER}/release/${PRODUCT} DESTINATION ${FOLDER})
file(TOUCH ${FOLDER}/built)

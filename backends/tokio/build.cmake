# Runs cargo for the Tokio backend. A failure is a warning: everything else is built and measured without Tokio, which
# then reports itself unavailable (and tests/conformance fails, because its crates are there).
set(environment RUSTC=${RUSTC} CARGO_TARGET_DIR=${FOLDER}/target --unset=RUSTFLAGS --unset=CARGO_BUILD_TARGET)
if(OFFLINE)
    # A folder of its own: a configuration in the user's home could send cargo to another registry.
    list(APPEND environment CARGO_HOME=${FOLDER}/home)
endif()
file(REMOVE ${FOLDER}/libbackend_tokio.so)
execute_process(COMMAND ${CMAKE_COMMAND} -E env ${environment} ${CARGO} build --release ${OFFLINE}
                WORKING_DIRECTORY ${FOLDER}/crate RESULT_VARIABLE failed OUTPUT_FILE ${FOLDER}/cargo.log
                ERROR_FILE ${FOLDER}/cargo.log)
if(failed)
    file(READ ${FOLDER}/cargo.log said)
    message(WARNING "backend tokio is left out; cargo said:\n${said}")
    return()
endif()
file(COPY ${FOLDER}/target/release/libbackend_tokio.so DESTINATION ${FOLDER})
file(TOUCH ${FOLDER}/built)

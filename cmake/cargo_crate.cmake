# Crates in Rust that this project builds by cargo, offline from Debian's crates (or from a registry): the Tokio backend
# and the programs that it is held against.

# spargio_add_crate(TARGET PRODUCT): a target that builds the crate of the current folder and leaves PRODUCT (a name in
# cargo's release folder) in the current binary folder. Reads SPARGIO_CARGO, SPARGIO_RUSTC, offline (--offline or empty)
# and crates. What is compiled for one crate serves the others: they share a target folder. CRATE_ENVIRONMENT: more
# variables for cargo, each `name=value`.
function(spargio_add_crate target product)
    # Cargo writes its lock file beside the manifest, so the manifest that it reads is a copy in the build folder.
    file(READ Cargo.toml manifest)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS Cargo.toml)
    string(REPLACE "\"src/" "\"${CMAKE_CURRENT_SOURCE_DIR}/src/" manifest "${manifest}")
    string(REPLACE "\"build.rs\"" "\"${CMAKE_CURRENT_SOURCE_DIR}/build.rs\"" manifest "${manifest}")
    file(CONFIGURE OUTPUT crate/Cargo.toml CONTENT "${manifest}" @ONLY)
    if(offline)
        file(CONFIGURE OUTPUT crate/.cargo/config.toml @ONLY CONTENT
             "[source.crates-io]\nreplace-with = \"debian\"\n[source.debian]\ndirectory = \"${crates}\"\n")
    else()
        file(REMOVE ${CMAKE_CURRENT_BINARY_DIR}/crate/.cargo/config.toml)
    endif()
    file(GLOB sources CONFIGURE_DEPENDS src/*.rs)
    set(script ${PROJECT_SOURCE_DIR}/cmake/run_cargo.cmake)
    add_custom_command(
        OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/built
        BYPRODUCTS ${CMAKE_CURRENT_BINARY_DIR}/${product}
        COMMAND ${CMAKE_COMMAND} -DCARGO=${SPARGIO_CARGO} -DRUSTC=${SPARGIO_RUSTC} -DOFFLINE=${offline}
                -DFOLDER=${CMAKE_CURRENT_BINARY_DIR} -DTARGET_FOLDER=${PROJECT_BINARY_DIR}/cargo -DPRODUCT=${product}
                "-DENVIRONMENT=${CRATE_ENVIRONMENT}" -P ${script}
        DEPENDS ${sources} Cargo.toml build.rs ${script} ${CMAKE_CURRENT_BINARY_DIR}/crate/Cargo.toml
        COMMENT "Building ${target} with ${SPARGIO_CARGO}" VERBATIM)
    add_custom_target(${target} DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/built)
endfunction()

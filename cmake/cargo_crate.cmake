# Crates in Rust that this project builds by cargo, offline from Debian's crates (or from a registry): the Tokio and rayon
# backends and the programs that they are held against.
option(SPARGIO_TOKIO_REGISTRY "Build the backends in Rust with the cargo on the PATH and its registry" OFF)

# One cargo at a time: the crates share a target folder, which it locks, and one that waited would keep a compiler out.
set_property(GLOBAL APPEND PROPERTY JOB_POOLS cargo=1)

# spargio_find_cargo(NAME CRATE): sets SPARGIO_CARGO, SPARGIO_RUSTC, offline and crates for spargio_add_crate, or `lack` to
# what is missing: a backend that is not there is left out, and says this.
macro(spargio_find_cargo name crate)
    set(crates /usr/share/cargo/registry)
    set(lack "")
    if(SPARGIO_SANITIZE STREQUAL "thread")
        set(lack "the thread sanitizer does not see into Rust and would accuse it: use a build without SPARGIO_SANITIZE=thread")
    elseif(SPARGIO_TOKIO_REGISTRY)
        find_program(SPARGIO_CARGO cargo)
        find_program(SPARGIO_RUSTC rustc)
        set(offline "")
        if(NOT SPARGIO_CARGO OR NOT SPARGIO_RUSTC)
            set(lack "SPARGIO_TOKIO_REGISTRY is on, but there is no cargo on the PATH: install Rust from https://rustup.rs, then build again")
        endif()
    else()
        # Debian's, and not another on the PATH: one that is newer reads Debian's crates too, but then two machines with
        # the same packages would measure two compilers.
        find_program(SPARGIO_DEBIAN_CARGO cargo PATHS /usr/bin NO_DEFAULT_PATH)
        find_program(SPARGIO_DEBIAN_RUSTC rustc PATHS /usr/bin NO_DEFAULT_PATH)
        set(SPARGIO_CARGO ${SPARGIO_DEBIAN_CARGO})
        set(SPARGIO_RUSTC ${SPARGIO_DEBIAN_RUSTC})
        set(offline --offline)
        file(GLOB found ${crates}/${crate}-1.*)
        if(NOT SPARGIO_CARGO OR NOT SPARGIO_RUSTC OR NOT found)
            set(lack "Debian's cargo and ${name} are not installed: apt-get install cargo librust-${crate}-dev, then build again (elsewhere cmake -DSPARGIO_TOKIO_REGISTRY=ON uses the cargo on the PATH)")
        endif()
    endif()
endmacro()

# spargio_add_rust_backend(NAME CRATE): the backend CRATE of the current folder as a shared library, whose path is
# ${CRATE}_library in the folder above; where it is not there ${CRATE}_lack says why.
function(spargio_add_rust_backend name crate)
    set(library ${CMAKE_CURRENT_BINARY_DIR}/libbackend_${crate}.so)
    spargio_find_cargo(${name} ${crate})
    if(lack)
        set(library "")
        message(STATUS "backend ${crate} left out: ${lack}")
    else()
        spargio_add_crate(backend_${crate} libbackend_${crate}.so)
        set(lack "cargo could not build it: ${CMAKE_CURRENT_BINARY_DIR}/cargo.log has its messages. Mend that, then build the target backend_${crate} again")
    endif()
    set(${crate}_library "${library}" PARENT_SCOPE)
    set(${crate}_lack "${lack}" PARENT_SCOPE)
endfunction()

# spargio_add_crate(TARGET PRODUCT): a target that builds the crate of the current folder and leaves PRODUCT (a name in
# cargo's release folder) in the current binary folder. Reads SPARGIO_CARGO, SPARGIO_RUSTC, offline (--offline or empty)
# and crates. What is compiled for one crate serves the others: they share a target folder. CRATE_ENVIRONMENT: more
# variables for cargo, each `name=value`. CRATE_LIBRARIES: targets that it links.
function(spargio_add_crate target product)
    # Cargo writes its lock file beside the manifest, so the manifest that it reads is a copy in the build folder.
    file(READ Cargo.toml manifest)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS Cargo.toml)
    string(REPLACE "\"src/" "\"${CMAKE_CURRENT_SOURCE_DIR}/src/" manifest "${manifest}")
    string(REPLACE "\"build.rs\"" "\"${CMAKE_CURRENT_SOURCE_DIR}/build.rs\"" manifest "${manifest}")
    set(shared ${PROJECT_SOURCE_DIR}/backends/rust_plugin)
    string(REPLACE "\"../rust_plugin\"" "\"${shared}\"" manifest "${manifest}")
    file(CONFIGURE OUTPUT crate/Cargo.toml CONTENT "${manifest}" @ONLY)
    if(offline)
        file(CONFIGURE OUTPUT crate/.cargo/config.toml @ONLY CONTENT
             "[source.crates-io]\nreplace-with = \"debian\"\n[source.debian]\ndirectory = \"${crates}\"\n")
    else()
        file(REMOVE ${CMAKE_CURRENT_BINARY_DIR}/crate/.cargo/config.toml)
    endif()
    file(GLOB sources CONFIGURE_DEPENDS src/*.rs ${shared}/src/*.rs ${shared}/*.rs ${shared}/Cargo.toml)
    set(script ${PROJECT_SOURCE_DIR}/cmake/run_cargo.cmake)
    add_custom_command(
        OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/built
        BYPRODUCTS ${CMAKE_CURRENT_BINARY_DIR}/${product}
        COMMAND ${CMAKE_COMMAND} -DCARGO=${SPARGIO_CARGO} -DRUSTC=${SPARGIO_RUSTC} -DOFFLINE=${offline}
                -DFOLDER=${CMAKE_CURRENT_BINARY_DIR} -DTARGET_FOLDER=${PROJECT_BINARY_DIR}/cargo -DPRODUCT=${product}
                "-DENVIRONMENT=${CRATE_ENVIRONMENT}" -P ${script}
        DEPENDS ${sources} Cargo.toml build.rs ${script} ${CRATE_LIBRARIES} ${CMAKE_CURRENT_BINARY_DIR}/crate/Cargo.toml
        COMMENT "Building ${target} with ${SPARGIO_CARGO}" JOB_POOL cargo VERBATIM)
    add_custom_target(${target} DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/built)
endfunction()

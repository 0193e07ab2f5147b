# What this project builds in Go, offline and with nothing but its standard library.

# spargio_add_go(TARGET PRODUCT FLAGS…): a target that builds the package of the current folder to PRODUCT. All that Go
# keeps stands in the build folder. GO_LIBRARIES: static libraries, targets, that it links.
function(spargio_add_go target product)
    file(GLOB sources CONFIGURE_DEPENDS *.go *.s go.mod)
    set(linked "")
    foreach(library IN LISTS GO_LIBRARIES)
        list(APPEND linked $<TARGET_FILE:${library}> $<TARGET_PROPERTY:${library},INTERFACE_LINK_LIBRARIES>)
    endforeach()
    list(JOIN linked " " linked)
    add_custom_command(
        OUTPUT ${product}
        COMMAND ${CMAKE_COMMAND} -E env --unset=GOROOT --unset=GOOS --unset=GOARCH GOFLAGS=-mod=mod GOPROXY=off GOWORK=off
                GO111MODULE=on CGO_ENABLED=1 CGO_CFLAGS=-O2 "CGO_LDFLAGS=-O2 ${linked}" CC=cc GOPATH=${PROJECT_BINARY_DIR}/go/path
                GOCACHE=${PROJECT_BINARY_DIR}/go/cache ${SPARGIO_GO} build ${ARGN} -trimpath -buildvcs=false -tags netgo
                -o ${product} .
        WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
        DEPENDS ${sources} ${PROJECT_SOURCE_DIR}/workloads/backend_c.h ${GO_LIBRARIES}
        COMMENT "Building ${target} with ${SPARGIO_GO}" VERBATIM)
    add_custom_target(${target} DEPENDS ${product})
endfunction()

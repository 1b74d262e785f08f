# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Three functions, so that every folder's CMakeLists.txt is a list of its files and of the floors it stands on.
include_guard(GLOBAL)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(fieldmark_options INTERFACE)
target_include_directories(fieldmark_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(fieldmark_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
target_compile_definitions(fieldmark_options INTERFACE
    QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_CONTEXTLESS_CONNECT QT_NO_FOREACH
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT FIELDMARK_VERSION="${PROJECT_VERSION}")
if(FIELDMARK_SANITIZE)
    target_compile_options(fieldmark_options INTERFACE -fsanitize=${FIELDMARK_SANITIZE} -fno-omit-frame-pointer -g
        # GCC's -Wmaybe-uninitialized and friends report library code once sanitizers are on.
        -Wno-maybe-uninitialized -Wno-error=tsan -Wno-stringop-overflow)
    target_link_options(fieldmark_options INTERFACE -fsanitize=${FIELDMARK_SANITIZE})
endif()

# fieldmark_library(NAME SOURCES ... LINKS ...): a static library of our own code.
function(fieldmark_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC fieldmark_options ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
endfunction()

# fieldmark_torch_library(NAME SOURCES ... LINKS ... PRIVATE_LINKS ...): a library whose every source file includes
# LibTorch. Reading its headers costs some 20 seconds a file; they are read once, as a precompiled header.
function(fieldmark_torch_library name)
    fieldmark_library(${name} ${ARGN})
    target_link_libraries(${name} PUBLIC Torch::Torch)
    set_target_properties(${name} PROPERTIES AUTOMOC OFF AUTORCC OFF POSITION_INDEPENDENT_CODE ON)
    if(NOT TARGET fieldmark_torch_header)
        # Written once: touching it at each configuring would compile it again.
        if(NOT EXISTS ${CMAKE_BINARY_DIR}/torch_header.cpp)
            file(WRITE ${CMAKE_BINARY_DIR}/torch_header.cpp "")
        endif()
        add_library(fieldmark_torch_header STATIC ${CMAKE_BINARY_DIR}/torch_header.cpp)
        target_link_libraries(fieldmark_torch_header PUBLIC fieldmark_options Torch::Torch)
        target_precompile_headers(fieldmark_torch_header PRIVATE <torch/torch.h>)
        set_target_properties(fieldmark_torch_header PROPERTIES
            AUTOMOC OFF AUTORCC OFF POSITION_INDEPENDENT_CODE ON)
    endif()
    target_precompile_headers(${name} REUSE_FROM fieldmark_torch_header)
endfunction()

# fieldmark_program(NAME SOURCES ... LINKS ...): an executable in bin/.
function(fieldmark_program name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE fieldmark_options ${arg_LINKS})
endfunction()

# fieldmark_test(NAME SOURCES ... LINKS ... LABELS unit|gui|crash|real): a Qt Test program run by ctest.
# Tests find the converted default model through FIELDMARK_MODELS and never see the user's own settings.
function(fieldmark_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINKS;LABELS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE fieldmark_options fieldmark_test_support Qt6::Test ${arg_LINKS})
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES
        LABELS "${arg_LABELS}"
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;FIELDMARK_MODELS=${FIELDMARK_DEPS}/models;QTEST_FUNCTION_TIMEOUT=600000")
endfunction()

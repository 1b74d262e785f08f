# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Finds the headers of hnswlib that packaging/setup.sh took from its source package (Debian's 0.6.2 has neither
# filters nor replace_deleted).
#
#   Hnswlib::Hnswlib  imported target, headers only
find_path(Hnswlib_INCLUDE_DIR hnswlib/hnswalg.h PATHS ${FIELDMARK_DEPS}/include NO_DEFAULT_PATH)
mark_as_advanced(Hnswlib_INCLUDE_DIR)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Hnswlib
    REQUIRED_VARS Hnswlib_INCLUDE_DIR
    REASON_FAILURE_MESSAGE "Run packaging/setup.sh first.")

if(Hnswlib_FOUND AND NOT TARGET Hnswlib::Hnswlib)
    add_library(Hnswlib::Hnswlib INTERFACE IMPORTED)
    target_include_directories(Hnswlib::Hnswlib SYSTEM INTERFACE ${Hnswlib_INCLUDE_DIR})
endif()

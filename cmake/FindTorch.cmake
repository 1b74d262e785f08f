# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Finds LibTorch in the PyTorch wheel that packaging/setup.sh installed (or in TORCH_ROOT: a folder with
# include/ and lib/). The wheel's own TorchConfig.cmake wants the CUDA toolkit as soon as the wheel was built
# with CUDA; we only call LibTorch, so its libraries and headers are enough, and no nvcc is needed.
#
#   Torch::Torch      imported target
#   Torch_VERSION     of the wheel, without a local part such as +cpu
#   Torch_LIBRARY_DIR folder of the shared libraries, for RPATHs and packaging
#   Torch_CUDA        whether the CUDA libraries are there
if(NOT TORCH_ROOT)
    file(GLOB _torch_candidates LIST_DIRECTORIES true ${FIELDMARK_DEPS}/venv/lib/python3*/site-packages/torch)
    if(_torch_candidates)
        list(GET _torch_candidates 0 _torch_root)
    endif()
else()
    set(_torch_root ${TORCH_ROOT})
endif()

find_path(Torch_INCLUDE_DIR ATen/ATen.h PATHS ${_torch_root}/include NO_DEFAULT_PATH)
find_library(Torch_LIBRARY torch PATHS ${_torch_root}/lib NO_DEFAULT_PATH)
find_library(Torch_CPU_LIBRARY torch_cpu PATHS ${_torch_root}/lib NO_DEFAULT_PATH)
find_library(Torch_C10_LIBRARY c10 PATHS ${_torch_root}/lib NO_DEFAULT_PATH)
find_library(Torch_CUDA_LIBRARY torch_cuda PATHS ${_torch_root}/lib NO_DEFAULT_PATH)
find_library(Torch_C10_CUDA_LIBRARY c10_cuda PATHS ${_torch_root}/lib NO_DEFAULT_PATH)
mark_as_advanced(Torch_INCLUDE_DIR Torch_LIBRARY Torch_CPU_LIBRARY Torch_C10_LIBRARY Torch_CUDA_LIBRARY
    Torch_C10_CUDA_LIBRARY)

if(Torch_INCLUDE_DIR)
    # torch/version.h only includes this one since LibTorch 2.8.
    file(STRINGS ${Torch_INCLUDE_DIR}/torch/headeronly/version.h _torch_version_lines
        REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
    set(Torch_VERSION "")
    foreach(_part MAJOR MINOR PATCH)
        string(REGEX MATCH "TORCH_VERSION_${_part} ([0-9]+)" _ "${_torch_version_lines}")
        list(APPEND Torch_VERSION ${CMAKE_MATCH_1})
    endforeach()
    list(JOIN Torch_VERSION "." Torch_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Torch
    REQUIRED_VARS Torch_LIBRARY Torch_CPU_LIBRARY Torch_C10_LIBRARY Torch_INCLUDE_DIR
    VERSION_VAR Torch_VERSION
    REASON_FAILURE_MESSAGE "Run packaging/setup.sh first, or give -DTORCH_ROOT=<folder with include/ and lib/>.")

if(Torch_FOUND)
    get_filename_component(Torch_LIBRARY_DIR ${Torch_CPU_LIBRARY} DIRECTORY)
    set(Torch_CUDA OFF)
    if(Torch_CUDA_LIBRARY AND Torch_C10_CUDA_LIBRARY)
        set(Torch_CUDA ON)
    endif()
endif()

if(Torch_FOUND AND NOT TARGET Torch::Torch)
    foreach(_name Torch C10 CPU CUDA C10_CUDA)
        if(_name STREQUAL "Torch")
            set(_file ${Torch_LIBRARY})
        else()
            set(_file ${Torch_${_name}_LIBRARY})
        endif()
        if(_file)
            add_library(Torch::${_name}_file SHARED IMPORTED)
            set_target_properties(Torch::${_name}_file PROPERTIES IMPORTED_LOCATION ${_file})
        endif()
    endforeach()
    add_library(Torch::Torch INTERFACE IMPORTED)
    target_include_directories(Torch::Torch SYSTEM INTERFACE
        ${Torch_INCLUDE_DIR} ${Torch_INCLUDE_DIR}/torch/csrc/api/include)
    target_link_libraries(Torch::Torch INTERFACE Torch::Torch_file Torch::CPU_file Torch::C10_file)
    if(Torch_CUDA)
        # The CUDA backend registers itself when its library is loaded; nothing here calls it by name, so the
        # linker would drop it without --no-as-needed. What it needs in turn lies beside the wheel and is found
        # by its own RUNPATH.
        target_link_libraries(Torch::Torch INTERFACE Torch::C10_CUDA_file)
        target_link_options(Torch::Torch INTERFACE
            "LINKER:--push-state,--no-as-needed,${Torch_CUDA_LIBRARY},--pop-state"
            "LINKER:--unresolved-symbols=ignore-in-shared-libs")
    endif()
endif()

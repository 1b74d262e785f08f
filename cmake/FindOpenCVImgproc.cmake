# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# OpenCV's core and imgproc alone. OpenCV's own configuration file comes only with a package that needs all of its
# modules (hundreds of packages, VTK and GDAL among them); we need two.
#
#   OpenCV::imgproc  imported target
find_path(OpenCVImgproc_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4)
find_library(OpenCVImgproc_LIBRARY opencv_imgproc)
find_library(OpenCVImgproc_CORE_LIBRARY opencv_core)
mark_as_advanced(OpenCVImgproc_INCLUDE_DIR OpenCVImgproc_LIBRARY OpenCVImgproc_CORE_LIBRARY)

if(OpenCVImgproc_INCLUDE_DIR)
    file(STRINGS ${OpenCVImgproc_INCLUDE_DIR}/opencv2/core/version.hpp numbers
        REGEX "#define CV_VERSION_(MAJOR|MINOR|REVISION) +[0-9]+")
    list(TRANSFORM numbers REPLACE "[^0-9]*([0-9]+).*" "\\1")
    list(JOIN numbers "." OpenCVImgproc_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCVImgproc
    REQUIRED_VARS OpenCVImgproc_LIBRARY OpenCVImgproc_CORE_LIBRARY OpenCVImgproc_INCLUDE_DIR
    VERSION_VAR OpenCVImgproc_VERSION)

if(OpenCVImgproc_FOUND AND NOT TARGET OpenCV::imgproc)
    add_library(OpenCV::imgproc UNKNOWN IMPORTED)
    set_target_properties(OpenCV::imgproc PROPERTIES
        IMPORTED_LOCATION ${OpenCVImgproc_LIBRARY}
        INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${OpenCVImgproc_INCLUDE_DIR}
        INTERFACE_INCLUDE_DIRECTORIES ${OpenCVImgproc_INCLUDE_DIR}
        INTERFACE_LINK_LIBRARIES ${OpenCVImgproc_CORE_LIBRARY})
endif()

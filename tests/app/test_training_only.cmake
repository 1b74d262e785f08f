# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Configures the trainer alone (docs/training-on-a-gpu.md) as on a machine without Qt, OpenCV and SQLite, and follows
# the includes of every file it would compile. Building it as well would take as long as a third of the program.
file(REMOVE_RECURSE ${BINARY})
execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER}
        -D CMAKE_BUILD_TYPE=Release -D FIELDMARK_TRAINING_ONLY=ON -D FIELDMARK_DEPS=${DEPS} -D TORCH_ROOT=${TORCH}
        -D CMAKE_EXPORT_COMPILE_COMMANDS=ON
        -D CMAKE_DISABLE_FIND_PACKAGE_Qt6=ON -D CMAKE_DISABLE_FIND_PACKAGE_OpenCV=ON
        -D CMAKE_DISABLE_FIND_PACKAGE_OpenCVImgproc=ON -D CMAKE_DISABLE_FIND_PACKAGE_SQLiteCpp=ON
        -D CMAKE_DISABLE_FIND_PACKAGE_Hnswlib=ON
    RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed)
    message(FATAL_ERROR "The trainer alone cannot be configured:\n${said}")
endif()

file(READ ${BINARY}/compile_commands.json commands)
string(REGEX MATCHALL "/qt6[^\"]*|-DQT_[A-Z0-9]+_LIB|/opencv[^\"]*" wrong "${commands}")
if(wrong)
    message(FATAL_ERROR "The trainer alone is compiled with what it must do without: ${wrong}")
endif()
string(REGEX MATCHALL "\"file\": \"[^\"]+\"" entries "${commands}")
set(pending "")
foreach(entry IN LISTS entries)
    string(REGEX REPLACE "\"file\": \"(.*)\"" "\\1" file "${entry}")
    list(APPEND pending ${file})
endforeach()
list(FIND pending ${SOURCE}/app/train/main.cpp found)
if(found EQUAL -1)
    message(FATAL_ERROR "The trainer alone does not build fieldmark-train.")
endif()

set(count 0)
while(pending)
    list(POP_FRONT pending file)
    if(DEFINED seen_${file} OR NOT EXISTS ${file})
        continue()
    endif()
    set(seen_${file} TRUE)
    math(EXPR count "${count} + 1")
    file(STRINGS ${file} lines REGEX "^[ \t]*#[ \t]*include")
    foreach(line IN LISTS lines)
        if(line MATCHES "<(Q[A-Za-z]|opencv|SQLiteCpp|sqlite3|hnswlib)")
            message(FATAL_ERROR "${file}, a part of the trainer alone, has ${line}")
        elseif(line MATCHES "\"((core|app)/[^\"]+)\"")
            list(APPEND pending ${SOURCE}/${CMAKE_MATCH_1})
        endif()
    endforeach()
endwhile()
message(STATUS "${count} files, none of which needs Qt, OpenCV or SQLite")

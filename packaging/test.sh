#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Sets up, builds and runs every test. Further arguments go to ctest, for example: -L unit
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
"$here"/setup.sh --build
cd "$here"/..
exec ctest --preset release "$@"

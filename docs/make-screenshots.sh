#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes the screenshots of the README from the sample pictures, with the real window under a virtual display.
# Needs xvfb. Usage: docs/make-screenshots.sh [OUTPUT FOLDER]; FIELDMARK_SCALE=2 for 200 %, LANG=de_DE.UTF-8 for German.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
output=${1:-$root/docs/images}
mkdir -p "$output"
cmake --build "$root/build/release" --target fieldmark_screenshots
QT_QPA_PLATFORM=xcb QT_SCALE_FACTOR=${FIELDMARK_SCALE:-1} XDG_DATA_HOME=$(mktemp -d) XDG_CONFIG_HOME=$(mktemp -d) \
    xvfb-run -a -s "-screen 0 2800x1800x24" "$root/build/release/bin/fieldmark_screenshots" "$output"

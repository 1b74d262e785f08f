#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Records the walk through of docs/window.md: uses the real window on the sample pictures under a virtual display, from
# the empty library to the map, and puts its frames together. Needs xvfb and imagemagick.
#
# Usage: docs/make-walkthrough.sh [OUTPUT.gif [FOLDER FOR THE FRAMES]]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
output=${1:-$root/docs/images/walkthrough.gif}
frames=${2:-$(mktemp -d)}
mkdir -p "$frames"
cmake --build "$root/build/release" --target fieldmark_screenshots
QT_QPA_PLATFORM=xcb XDG_DATA_HOME=$(mktemp -d) XDG_CONFIG_HOME=$(mktemp -d) \
    xvfb-run -a -s "-screen 0 1400x900x24" "$root/build/release/bin/fieldmark_screenshots" --walkthrough "$frames"
# One palette of its own for each frame; only what changes from frame to frame is stored.
convert -delay 260 -loop 0 "$frames"/[0-9][0-9]-*.png +dither -colors 128 -layers OptimizeFrame "$output"

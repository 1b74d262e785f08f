#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes the screenshots of the README and of docs/window.md from the sample pictures, with the real window under a
# virtual display: each view light and dark, at 100 % and 200 %. In OUTPUT lie the light ones at 100 %, and of the
# others one sheet each with all views; --all FOLDER keeps every full-size picture. Needs xvfb and imagemagick.
#
# Usage: docs/make-screenshots.sh [--all FOLDER] [OUTPUT]        (LANG=de_DE.UTF-8 for German)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
all=$(mktemp -d)
if [[ ${1:-} == --all ]]; then
    mkdir -p "$2"
    all=$(cd "$2" && pwd -P)
    shift 2
fi
output=${1:-$root/docs/images}
mkdir -p "$output"
cmake --build "$root/build/release" --target fieldmark_screenshots

for scale in 1 2; do
    mkdir -p "$all/$scale"
    QT_QPA_PLATFORM=xcb QT_SCALE_FACTOR=$scale XDG_DATA_HOME=$(mktemp -d) XDG_CONFIG_HOME=$(mktemp -d) \
        xvfb-run -a -s "-screen 0 2800x1800x24" "$root/build/release/bin/fieldmark_screenshots" "$all/$scale"
done

# In the order of docs/window.md; "more" are in the sheets only.
views=(empty importing gallery matches inspector compare why choose-mark mark wipe light look look-object
    anchors anchors-learned anchor-search map map-close map-lasso map-overview
    evaluate evaluate-mixups evaluate-hardest evaluate-probabilities learning learned
    object-box models keys failed)
more=(anchors-check anchors-unusual map-selected learn learn-thorough)
# A palette without dithering shows no difference on such pictures, and takes a third of the space.
for view in "${views[@]}"; do
    convert "$all/1/$view.png" -strip +dither -colors 128 -define png:compression-level=9 "PNG8:$output/$view.png"
done
convert "$all/1/matches-dark.png" -strip +dither -colors 128 -define png:compression-level=9 "PNG8:$output/dark.png"

sheet() { # NAME SCALE SUFFIX BACKGROUND
    local shots=()
    for view in "${views[@]}" "${more[@]}"; do shots+=("$all/$2/$view$3.png"); done
    montage "${shots[@]}" -tile 5x -geometry "448x280+6+6" -background "$4" "$all/$1.png"
    convert "$all/$1.png" -strip -quality 72 "$output/$1.webp"
}
sheet views-dark 1 -dark '#141414'
sheet views-200 2 '' '#ffffff'
sheet views-200-dark 2 -dark '#141414'

#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Sets up, builds and does the main job on Debian's sample pictures: the window where there is a display,
# else the printed matches of a bird and a contact sheet.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
"$here"/setup.sh --build
bin=$here/../build/release/bin
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$bin"/fieldmark --samples
fi
exec "$bin"/fieldmark-cli demo

#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Prepares this folder for building Fieldmark on Debian 12: system packages, LibTorch, hnswlib's headers and the
# weights of the default model and of the object finder go to .deps/. Safe to repeat: each step is skipped when
# it is done and redone when it was interrupted or its inputs changed. After it neither a network nor Python is
# needed.
#
#   packaging/setup.sh                 prepare
#   packaging/setup.sh --build         prepare, configure and build (preset "release")
#   packaging/setup.sh --no-packages   leave the system's packages alone (combines with --build)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
deps=$root/.deps
stamps=$deps/stamps
venv=$deps/venv
model=$deps/models/efficientnet-lite0

build=no
packages=yes
for argument in "$@"; do
    case $argument in
        --build) build=yes ;;
        --no-packages) packages=no ;;
        -h | --help)
            sed -n '5,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
            exit 0
            ;;
        *)
            echo "setup: unknown option $argument (see --help)" >&2
            exit 2
            ;;
    esac
done

say() { printf '== %s\n' "$*"; }
fail() {
    printf '\nsetup: %s\n' "$*" >&2
    exit 1
}

# need_space FOLDER GIGABYTES WHAT
need_space() {
    local available
    available=$(df -Pk "$1" | awk 'NR == 2 { print $4 }')
    if [ "$available" -lt $(($2 * 1024 * 1024)) ]; then
        fail "$3 needs about $2 GB of free space in $1, and there are $((available / 1024)) MB. Free some and start again."
    fi
}

# A step is done when its stamp holds the digest of everything that determines its result.
digest() { cat "$@" | sha256sum | cut -d ' ' -f 1; }
done_already() { [ -f "$stamps/$1" ] && [ "$(cat "$stamps/$1")" = "$2" ]; }
mark_done() { printf '%s\n' "$2" >"$stamps/$1.part" && mv "$stamps/$1.part" "$stamps/$1"; }

# ---- 1. Debian packages ----
wanted=(
    build-essential cmake ninja-build ccache pkg-config ca-certificates
    qt6-base-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools qt6-translations-l10n qt6-svg-dev libqt6svg6
    qt6-image-formats-plugins qt6-wayland fonts-dejavu-core
    libopencv-imgproc-dev libjpeg-dev libturbojpeg0-dev libpng-dev libtiff-dev libexif-dev libheif-dev
    libsqlite3-dev libsqlitecpp-dev libcli11-dev nlohmann-json3-dev libssl-dev
    python3 python3-venv python3-dev
    tuxpaint-stamps-default
)

install_packages() {
    local missing=() package
    command -v dpkg-query >/dev/null ||
        fail "this is not a Debian system. Install the equivalents of these packages yourself and start again with --no-packages: ${wanted[*]}"
    for package in "${wanted[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "installing packages needs root, and there is no sudo. As root, run: apt-get install --no-install-recommends ${missing[*]}"
        as_root=(sudo)
    fi
    need_space / 3 "Installing the Debian packages"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update || fail "apt-get update failed (see above). Check the network and the package sources."
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" ||
        fail "the packages could not be installed (see above). If it was the network, start again; if one is unknown, this is not Debian 12."
}

# ---- 2. Python packages: LibTorch and the weights ----
install_python_packages() {
    local python=/usr/bin/python3
    [ -x $python ] || python=$(command -v python3) || fail "python3 is missing."
    local inputs
    inputs=$({
        $python --version
        # A virtual environment knows its own path: one that was moved or copied is made again.
        echo "$venv"
        cat "$root"/packaging/requirements.txt "$root"/packaging/requirements-torch.txt
    } | sha256sum | cut -d ' ' -f 1)
    if done_already venv "$inputs" && [ -e "$venv"/bin/python ]; then return 0; fi

    say "Installing LibTorch and the models' weights into .deps/venv"
    need_space "$deps" 4 "LibTorch"
    if [ -e "$venv" ] && ! { grep -qF "$venv" "$venv/bin/activate" && "$venv"/bin/python -m pip --version; } >/dev/null 2>&1; then
        rm -rf "$venv"
    fi
    if [ ! -e "$venv" ]; then
        $python -m venv "$venv" ||
            fail "the virtual environment could not be made (see above). On Debian it needs the package python3-venv."
    fi
    local pip=("$venv"/bin/python -m pip --disable-pip-version-check)
    "${pip[@]}" install --quiet --no-deps --require-hashes -r "$root"/packaging/requirements.txt &&
        "${pip[@]}" install --quiet -r "$root"/packaging/requirements-torch.txt ||
        fail "the Python packages could not be installed (see above). Without a package index in reach, set-up cannot go on; what is already there is kept."
    mark_done venv "$inputs"
}

# ---- 3. hnswlib's headers ----
take_hnswlib() {
    local inputs
    inputs=$(digest "$root"/packaging/requirements-hnswlib.txt)
    if done_already hnswlib "$inputs" && [ -f "$deps"/include/hnswlib/hnswalg.h ]; then return 0; fi

    say "Taking hnswlib's headers"
    local work=$deps/hnswlib.part
    rm -rf "$work" && mkdir -p "$work" "$deps"/include
    # The download asks the package's own set-up for its name, which wants the packages of requirements.txt;
    # without isolation these are used and nothing unpinned is fetched.
    "$venv"/bin/python -m pip --disable-pip-version-check download --quiet --no-deps --no-binary :all: \
        --no-build-isolation --require-hashes -r "$root"/packaging/requirements-hnswlib.txt -d "$work" ||
        fail "hnswlib could not be fetched (see above). Without a package index in reach, set-up cannot go on."
    tar -xzf "$work"/hnswlib-*.tar.gz -C "$work" --strip-components 1
    rm -rf "$deps"/include/hnswlib
    mv "$work"/hnswlib "$deps"/include/hnswlib
    rm -rf "$work"
    mark_done hnswlib "$inputs"
}

# ---- 4. The default model ----
convert_model() {
    local inputs
    inputs=$(digest "$root"/packaging/convert_efficientnet_lite.py)
    if done_already model "$inputs" && [ -f "$model"/manifest.json ] && [ -f "$model"/reference.safetensors ] &&
        grep -qs "\"$(sha256sum <"$model"/weights.safetensors | cut -d ' ' -f 1)\"" "$model"/manifest.json; then
        return 0
    fi

    say "Converting the weights of EfficientNet-Lite0"
    "$venv"/bin/python "$root"/packaging/convert_efficientnet_lite.py "$deps"/models ||
        fail "the weights could not be converted (see above)."
    mark_done model "$inputs"
}

# ---- 5. The object finder ----
convert_object_finder() {
    local inputs finder=$deps/models/object-finder encoder=$deps/models/object-finder-encoder
    inputs=$(digest "$root"/packaging/convert_object_finder.py)
    if done_already object-finder "$inputs" && [ -f "$finder"/manifest.json ] && [ -f "$finder"/reference.safetensors ] &&
        [ -f "$finder"/decoder.safetensors ] && [ -f "$encoder"/manifest.json ] && cmp -s "$finder"/weights.safetensors "$encoder"/weights.safetensors &&
        grep -qs "\"$(sha256sum <"$finder"/weights.safetensors | cut -d ' ' -f 1)\"" "$finder"/manifest.json; then
        return 0
    fi

    say "Converting the weights of the object finder"
    "$venv"/bin/python "$root"/packaging/convert_object_finder.py "$deps"/models ||
        fail "the object finder's weights could not be converted (see above)."
    mark_done object-finder "$inputs"
}

# ---- 6. Build ----
build_release() {
    need_space "$root" 1 "Building"
    [ -f "$root"/build/release/build.ninja ] || say "Configuring"
    (cd "$root" && cmake --preset release >"$deps"/configure.log 2>&1) || {
        cat "$deps"/configure.log >&2
        fail "configuring failed (see above)."
    }
    say "Building (the first time takes some minutes)"
    (cd "$root" && cmake --build --preset release) || fail "building failed (see above)."
}

mkdir -p "$stamps" 2>/dev/null || fail "cannot write in $root. Copy the sources to a folder of your own."
# One set-up at a time; a second one waits.
exec 9>"$deps"/lock
if command -v flock >/dev/null; then flock 9; fi

[ $packages = no ] || install_packages
install_python_packages
take_hnswlib
convert_model
convert_object_finder
if [ $build = yes ]; then build_release; else say "Ready. Build with: packaging/setup.sh --build"; fi

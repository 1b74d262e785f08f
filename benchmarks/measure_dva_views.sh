#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# What DVA's object and background views and their transfer bring on uncropped pictures, with true boxes and
# with those of the object finder: learned from one part of the classes, reported on the other, where whole
# pictures are searched without any box.
#   [LEARN=seen] [REPORT=unseen] [EPOCHS=4] [RATE=1e-3] [SIDE=0] measure_dva_views.sh CLI TRAIN DATA MODEL SCRATCH [SEED...]
# DATA/birds_scenes holds pictures and labels.csv (path,class_id,label,split,box_x,box_y,box_width,box_height).
# MODEL: a vision transformer, a name or its folder; one MODEL a SCRATCH. Libraries, caches and trainings of an
# earlier call with the same SCRATCH are taken as they are, and a training that was broken off goes on; other LEARN,
# EPOCHS, RATE or SIDE are other trainings. SIDE: pixels a side at search time, 0: as DVA makes its models. Prints one
# line a training: boxes, what learns, seed, Recall@1 and MAP@R in per cent, best epoch.
set -e -o pipefail
cli=$1 train=$2 data=$3/birds_scenes model=$4 scratch=$5
shift 5
seeds=${*:-1}
learn=${LEARN:-seen} report=${REPORT:-unseen} epochs=${EPOCHS:-4} rate=${RATE:-1e-3} side=${SIDE:-0}

pack() {  # BOXES SPLIT
    [ -e "$scratch/$1-$2.cache" ] && return
    "$cli" cache --library "$scratch/$1.fieldmark" --label label --split split --where "split=$2" --size 400 \
        --out "$scratch/$1-$2.cache" --quiet > /dev/null
}

if [ ! -d "$scratch/true.fieldmark" ]; then
    "$cli" import "$data" --library "$scratch/new.fieldmark" --labels "$data/labels.csv" --quiet > /dev/null
    cp -r "$scratch/new.fieldmark" "$scratch/found.fieldmark"
    "$cli" objects --library "$scratch/new.fieldmark" --csv "$data/labels.csv" --quiet > /dev/null
    mv "$scratch/new.fieldmark" "$scratch/true.fieldmark"
fi
[ -e "$scratch/found-$learn.cache" ] ||
    "$cli" objects --library "$scratch/found.fieldmark" --find --where "split=$learn" --quiet > /dev/null
pack true "$learn"
pack true "$report"
pack found "$learn"

figures() {  # MODEL
    "$train" evaluate "$scratch/true-$report.cache" --models "$scratch/models" --model "$1" --threads 1 --json |
        python3 -c '
import json, sys
o = json.load(sys.stdin)
print("%.2f %.2f" % (100 * o["recall_at"]["1"], 100 * o["map_at_r"]))'
}

arm() {  # BOXES NAME SEED [OPTION=VALUE...]
    local boxes=$1 name=$2 seed=$3 made=$1-$2-$3-$learn-$epochs-$rate-$side best
    shift 3
    local options=(--option activation=relu --option batch_per_class=2 --option refit=no --option "rate=$rate"
        --option "export_size=$side")
    for option in "$@"; do options+=(--option "$option"); done
    # The answer is the sign that the training has ended: one whose best epoch is 0 leaves no model.
    if [ ! -e "$scratch/$made.json" ]; then
        if ! "$train" learn "$scratch/$boxes-$learn.cache" --model "$model" --method dva --name "$made" \
            --models "$scratch/models" -o "$scratch/models" --epochs "$epochs" --seed "$seed" --threads 1 --json \
            --checkpoint "$scratch/$made.checkpoint" --resume "${options[@]}" \
            2> "$scratch/$made.log" > "$scratch/$made.part"; then
            echo "$made did not end:" >&2
            tail -n 3 "$scratch/$made.log" >&2
            exit 1
        fi
        # Stopped by Ctrl-C, it kept what it had: that is no figure. The checkpoint stays.
        if grep -q '"cancelled": *true' "$scratch/$made.part"; then
            rm -rf "${scratch:?}/models/$made"
            exit 1
        fi
        mv "$scratch/$made.part" "$scratch/$made.json"
    fi
    best=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["best_epoch"])' < "$scratch/$made.json")
    # Where no epoch is better than the frozen model there is no new one.
    if [ "$best" = 0 ]; then echo "$boxes $name $seed frozen 0"; else
        echo "$boxes $name $seed $(figures "$made") $best"; fi
}

mkdir -p "$scratch/models"
echo "- frozen - $(figures "$model")"
for seed in $seeds; do
    arm true adapters "$seed" views=none
    for boxes in true found; do
        arm "$boxes" views "$seed" transfer_weight=0
        arm "$boxes" transfer "$seed"
    done
done

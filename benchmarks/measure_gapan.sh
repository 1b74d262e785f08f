#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# GAPan on cached features against its references, on classes that no training has seen: frozen, whitening,
# ProxyNCA++ alone, the same losses without the flow's terms, and the three alignments; with every seed.
#   measure_gapan.sh CLI DATA birds|cars SCRATCH [SEED...]
# DATA/birds and DATA/cars hold pictures and labels.csv (path,class_id,label,split). Birds: learned on split=seen,
# reported on split=unseen. Cars: learned on classes 1-49, reported on 50-98. Prints one line a training:
# variant, seed, Recall@1 and MAP@R in per cent, best epoch, seconds.
set -e -o pipefail
cli=$1 data=$2 set=$3 scratch=$4
shift 4
seeds=${*:-1 2 3}
library=$scratch/$set.fieldmark
if [ "$set" = birds ]; then seen=split=seen unseen=split=unseen; else seen='class_id<50' unseen='class_id>49'; fi
[ -d "$library" ] || "$cli" import "$data/$set" --library "$library" --labels "$data/$set/labels.csv" --quiet
base=$("$cli" models list --library "$library" --json | python3 -c '
import json, sys
print(next(m["name"] for m in json.load(sys.stdin)["models"] if not m["base"]))')

report() {  # MODEL -> "Recall@1 MAP@R"
    "$cli" models use "$1" --library "$library" --quiet > /dev/null
    "$cli" evaluate --library "$library" --label class_id --where "$unseen" --json --quiet | python3 -c '
import json, sys
o = json.load(sys.stdin)
print("%.2f %.2f" % (100 * o["recall_at"]["1"], 100 * o["map_at_r"]))'
}

learn() {  # VARIANT SEED METHOD [OPTION=VALUE...]
    local variant=$1 seed=$2 method=$3 name=$1-$2 outcome
    shift 3
    local options=()
    for option in "$@"; do options+=(--set "$option"); done
    "$cli" models remove "$name" --library "$library" --quiet > /dev/null 2>&1 || true
    outcome=$("$cli" train --library "$library" --model "$base" --label class_id --where "$seen" --method "$method" \
        --seed "$seed" --threads 1 --name "$name" --json --quiet "${options[@]}" | python3 -c '
import json, sys
o = json.load(sys.stdin)
print(o["best_epoch"], round(o["seconds"]))')
    echo "$variant $seed $(report "$name") $outcome"
}

echo "frozen - $(report "$base")"
"$cli" models whiten --library "$library" --model "$base" --where "$seen" --name whitened --quiet > /dev/null 2>&1 || true
echo "whitening - $(report whitened)"
for seed in $seeds; do
    learn proxy-nca++ "$seed" proxy-nca++
    learn contrastive "$seed" gapan align=none proxy_weight=0
    learn both-without-flow "$seed" gapan align=none
    learn gapan-A "$seed" gapan align=profile_kl
    learn gapan-B "$seed" gapan align=infonce
    learn gapan-C "$seed" gapan align=pull
done

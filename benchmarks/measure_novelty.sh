#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# "Unlike anything known": what a model learned by GAPan says of pictures it has not seen.
#   measure_novelty.sh CLI DATA SCRATCH [SEED...]
# DATA/birds and DATA/cars hold pictures and labels.csv (path,class_id,label,split). Learned on four of five pictures of
# each of the birds' classes with split=seen; asked are the fifth ones, the pictures of the other birds' classes, and
# the cars. Prints for each seed the area under the ROC curve of `novelty` between the first and each of the others,
# and how many of each are said to be unlike anything known (below the percentile 5).
set -e -o pipefail
cli=$1 data=$2 scratch=$3
shift 3
seeds=${*:-1}
for set in birds cars; do
    library=$scratch/$set.fieldmark
    [ -d "$library" ] || "$cli" import "$data/$set" --library "$library" --labels "$data/$set/labels.csv" --threads 1 --quiet
    # Which pictures are learned from. A review asks for a class the model knows; the novelty does not depend on it.
    python3 - "$data/$set" "$scratch/$set-parts.csv" "$set" <<'PYTHON'
import csv, os, sys
folder, out, kind = sys.argv[1:]
seen = {}
with open(out, "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["path", "part", "asked"])
    for row in csv.DictReader(open(os.path.join(folder, "labels.csv"))):
        seen[row["class_id"]] = seen.get(row["class_id"], 0) + 1
        part = "foreign"
        if kind == "birds" and row["split"] == "seen":
            part = "held" if seen[row["class_id"]] % 5 == 0 else "fit"
        table.writerow([os.path.join(folder, row["path"]), part, "1"])
PYTHON
    "$cli" import "$data/$set" --library "$library" --labels "$scratch/$set-parts.csv" --threads 1 --quiet > /dev/null
done
base=$("$cli" models list --library "$scratch/birds.fieldmark" --json | python3 -c '
import json, sys
print(next(m["name"] for m in json.load(sys.stdin)["models"] if not m["base"]))')
for seed in $seeds; do
    name=novelty-$seed
    "$cli" models remove "$name" --library "$scratch/birds.fieldmark" --quiet > /dev/null 2>&1 || true
    "$cli" train --library "$scratch/birds.fieldmark" --model "$base" --label class_id --where part=fit --method gapan \
        --seed "$seed" --threads 1 --name "$name" --json --quiet > "$scratch/$name.json"
    rm -rf "$scratch/cars.fieldmark/models/$name"
    mkdir -p "$scratch/cars.fieldmark/models"
    cp -r "$scratch/birds.fieldmark/models/$name" "$scratch/cars.fieldmark/models/$name"
    for set in birds cars; do
        "$cli" anchors --library "$scratch/$set.fieldmark" --model "$name" --review --label asked --limit 0 --json \
            --quiet > "$scratch/$name-$set.json"
    done
    python3 - "$scratch" "$name" <<'PYTHON'
import bisect, csv, json, os, sys
scratch, name = sys.argv[1:]
values = {"held": [], "fit": [], "foreign": [], "cars": []}
for kind in ("birds", "cars"):
    part = {row["path"]: row["part"] for row in csv.DictReader(open(f"{scratch}/{kind}-parts.csv"))}
    for row in json.load(open(f"{scratch}/{name}-{kind}.json"))["labels"]:
        values["cars" if kind == "cars" else part[row["path"]]].append(row["novelty"])
held = sorted(values["held"])
for group in ("fit", "held", "foreign", "cars"):
    got = values[group]
    low = sum(value < 5 for value in got) / len(got)
    # The share of pairs in which the held-out picture is the better known one; ties count half.
    above = sum(len(held) - bisect.bisect_right(held, v) + 0.5 * (bisect.bisect_right(held, v) - bisect.bisect_left(held, v))
                for v in got) / len(got) / len(held)
    print(f"{name} {group}: {len(got)} pictures, AUROC {above:.3f}, below 5: {100 * low:.1f} %, "
          f"median {sorted(got)[len(got) // 2]:.1f}")
PYTHON
done

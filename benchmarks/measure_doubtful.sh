#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
#
# Doubtful labels: whether what GAPan learned from labels of which some are wrong finds those.
#   measure_doubtful.sh CLI DATA SCRATCH [SEED...]
# DATA/birds holds pictures and labels.csv (path,class_id,label,split). The labels of 5 % of the pictures with split=seen
# are swapped between pictures of different classes, drawn by the seed; GAPan learns from them. Prints for each seed the
# area under the ROC curve of `mislabel` (what the review is ranked by) and of `typicality` alone, swapped against right
# labels, how many carry the mark, and how the classes with split=unseen are found all the same.
set -e -o pipefail
cli=$1 data=$2 scratch=$3
shift 3
seeds=${*:-1 2 3}
mkdir -p "$scratch"
library=$scratch/birds.fieldmark
[ -d "$library" ] || "$cli" import "$data/birds" --library "$library" --labels "$data/birds/labels.csv" --threads 1 --quiet
base=$("$cli" models list --library "$library" --json | python3 -c '
import json, sys
print(next(m["name"] for m in json.load(sys.stdin)["models"] if not m["base"]))')
for seed in $seeds; do
    name=doubtful-$seed
    python3 - "$data/birds" "$scratch/$name.csv" "$name" "$seed" <<'PYTHON'
import csv, os, random, sys
folder, out, name, seed = sys.argv[1:]
rows = [row for row in csv.DictReader(open(os.path.join(folder, "labels.csv"))) if row["split"] == "seen"]
given = [row["class_id"] for row in rows]
order = list(range(len(rows)))
random.Random(int(seed)).shuffle(order)
pairs, at = [], 0
while 2 * len(pairs) < round(0.05 * len(rows)):
    a = order[at]
    b = next(i for i in order[at + 1:] if given[i] != given[a] and rows[i]["class_id"] == given[i])
    order.remove(b)
    at += 1
    given[a], given[b] = given[b], given[a]
    pairs.append((a, b))
with open(out, "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["path", name])
    for row, label in zip(rows, given):
        table.writerow([os.path.join(folder, row["path"]), label])
PYTHON
    "$cli" import "$data/birds" --library "$library" --labels "$scratch/$name.csv" --threads 1 --quiet > /dev/null
    "$cli" models remove "$name" --library "$library" --quiet > /dev/null 2>&1 || true
    "$cli" train --library "$library" --model "$base" --label "$name" --where split=seen --method gapan --seed "$seed" \
        --threads 1 --name "$name" --json --quiet > "$scratch/$name.json"
    "$cli" anchors --library "$library" --model "$name" --review --label "$name" --limit 0 --json --quiet \
        > "$scratch/$name-review.json"
    "$cli" models use "$name" --library "$library" --quiet > /dev/null
    "$cli" evaluate --library "$library" --label class_id --where split=unseen --json --quiet > "$scratch/$name-unseen.json"
    "$cli" models use "$base" --library "$library" --quiet > /dev/null
    python3 - "$data/birds" "$scratch" "$name" <<'PYTHON'
import csv, json, os, sys
folder, scratch, name = sys.argv[1:]
true = {os.path.basename(os.path.dirname(row["path"])) + "/" + os.path.basename(row["path"]): row["class_id"]
        for row in csv.DictReader(open(os.path.join(folder, "labels.csv")))}
given = {os.path.basename(os.path.dirname(row["path"])) + "/" + os.path.basename(row["path"]): row[name]
         for row in csv.DictReader(open(f"{scratch}/{name}.csv"))}
rows = json.load(open(f"{scratch}/{name}-review.json"))["labels"]
def key(row):
    return os.path.basename(os.path.dirname(row["path"])) + "/" + os.path.basename(row["path"])
wrong = [true[key(row)] != given[key(row)] for row in rows]
def area(score):
    positive = sorted(score(row) for row, bad in zip(rows, wrong) if bad)
    negative = sorted(score(row) for row, bad in zip(rows, wrong) if not bad)
    import bisect
    return sum(bisect.bisect_left(negative, v) + 0.5 * (bisect.bisect_right(negative, v) - bisect.bisect_left(negative, v))
               for v in positive) / len(positive) / len(negative)
marked = [bad for row, bad in zip(rows, wrong) if row["doubtful"]]
unseen = json.load(open(f"{scratch}/{name}-unseen.json"))
print(f"{name}: {len(rows)} pictures, {sum(wrong)} swapped, AUROC by mislabel {area(lambda r: r['mislabel']):.4f}, "
      f"by typicality {area(lambda r: -r['typicality']):.4f}, marked {len(marked)}, of them swapped {sum(marked)}; "
      f"unseen {100 * unseen['recall_at']['1']:.2f} / {100 * unseen['map_at_r']:.2f}")
PYTHON
done

#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
"""Trains EfficientNet-Lite0 end to end with several losses and seeds, and prints the rows of docs/results.md.

Every run validates on classes carved out of the learned ones, refits on all of them for the chosen number of epochs,
and is then measured once on classes it has not seen. Settings are compared by the validation column alone. Interrupted
runs go on from their checkpoints: call it again with the same arguments. The caches come from "fieldmark-cli cache"
(docs/training-on-a-gpu.md):

    fieldmark-cli cache --library CARS --label class_id --size 248 -o cars.cache
    fieldmark-cli cache --library BIRDS --label class_id --split split --size 248 -o birds.cache
    benchmarks/training/end_to_end.py --train build/release/bin/fieldmark-train --cars cars.cache --birds birds.cache \\
        --out runs --seeds 1,2,3
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

# One name, one training: method and options. All other settings are the program's defaults or those given here.
LOSSES = {
    "proxy-nca++": ["--method", "proxy-nca++"],
    "contrastive": ["--method", "gapan", "--option", "aux=sph", "--option", "align=none", "--option", "proxy_weight=0"],
    "gapan": ["--method", "gapan", "--option", "aux=sph", "--option", "proxy_weight=0"],
    # The same two with ProxyNCA++ beside the contrastive term, as heads learn.
    "contrastive+proxy": ["--method", "gapan", "--option", "aux=sph", "--option", "align=none"],
    "gapan+proxy": ["--method", "gapan", "--option", "aux=sph"],
    # ProxyNCA++ in place of the contrastive term, the default of whole networks: what the flow terms add to it.
    "gapan-pnca": ["--method", "gapan"],
}
# Learned classes, reported classes.
SPLITS = {
    "cars": (["--classes", "1-49"], ["--classes", "50-98"]),
    "birds": (["--split", "seen"], ["--split", "unseen"]),
}


def call(command, log):
    with open(log, "a", encoding="utf-8") as notes:
        notes.write(" ".join(command) + "\n")
        notes.flush()
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=notes, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed with {done.returncode}; see {log}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True, help="the program fieldmark-train")
    parser.add_argument("--cars", help="image cache of the cars")
    parser.add_argument("--birds", help="image cache of the birds")
    parser.add_argument("--out", required=True, help="folder for models, logs, checkpoints and figures; "
                        "another one for another share, number of epochs or option")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--losses", default="proxy-nca++,gapan-pnca", help="of: " + ", ".join(LOSSES))
    parser.add_argument("--threads", default="0")
    parser.add_argument("--epochs", default="0", help="0: the program's own number")
    parser.add_argument("--validation-share", default="0.2", help="of the learned classes, to check on")
    parser.add_argument("--option", action="append", default=[], help="a further option for every run, NAME=VALUE")
    given = parser.parse_args()

    models = os.path.join(given.out, "models")
    os.makedirs(models, exist_ok=True)
    rows = []
    for data, (learned, reported) in SPLITS.items():
        cache = getattr(given, data)
        if not cache:
            continue
        log = os.path.join(given.out, f"{data}.log")
        frozen = call([given.train, "evaluate", cache, *reported, "--threads", given.threads, "--json"], log)
        rows.append((data, "frozen", [frozen], [], []))
        for loss in given.losses.split(","):
            figures, checked, epochs = [], [], []
            for seed in given.seeds.split(","):
                name = f"{data}-{loss}-{seed}"
                log = os.path.join(given.out, name + ".log")
                folder = os.path.join(models, name)
                answer = os.path.join(given.out, name + ".learn.json")
                if not os.path.exists(answer):
                    command = [given.train, "learn", cache, *learned, *LOSSES[loss], "--name", name, "-o", models]
                    command += ["--seed", seed, "--threads", given.threads, "--epochs", given.epochs, "--json"]
                    command += ["--validation-share", given.validation_share]
                    command += ["--checkpoint", os.path.join(given.out, name + ".checkpoint"), "--resume"]
                    for option in given.option:
                        command += ["--option", option]
                    said = call(command, log)
                    with open(answer, "w", encoding="utf-8") as file:
                        json.dump(said, file)
                with open(answer, encoding="utf-8") as file:
                    training = json.load(file)
                epochs.append(training["best_epoch"])
                checked.append(training["after"])
                if not training["model"]:  # nothing was better than the base, which is what a person is left with
                    figures.append(frozen)
                    continue
                kept = os.path.join(given.out, name + ".json")
                if not os.path.exists(kept):
                    command = [given.train, "evaluate", cache, *reported, "--model", folder]
                    figure = call([*command, "--threads", given.threads, "--json"], log)
                    with open(kept, "w", encoding="utf-8") as file:
                        json.dump(figure, file)
                with open(kept, encoding="utf-8") as file:
                    figures.append(json.load(file))
            rows.append((data, loss, figures, checked, epochs))

    def cell(values):
        values = [100 * value for value in values]
        spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
        return f"{statistics.mean(values):.1f}{spread}" if values else "-"

    print("| data | loss | Recall@1 | MAP@R | validation MAP@R | seeds | epochs |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for data, loss, figures, checked, epochs in rows:
        recall = cell([figure["recall_at"]["1"] for figure in figures])
        precision = cell([figure["map_at_r"] for figure in figures])
        validation = cell([figure["map_at_r"] for figure in checked])
        seeds = given.seeds if epochs else "-"
        print(f"| {data} | {loss} | {recall} | {precision} | {validation} | {seeds} | "
              f"{', '.join(map(str, epochs)) or '-'} |")


if __name__ == "__main__":
    main()

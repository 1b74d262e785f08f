#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
"""Times the bare EfficientNet-Lite0 loop of Fieldmark beside ONNX Runtime, OpenVINO and PyTorch, on the same weights.

    python3 -m venv .deps/bench && .deps/bench/bin/pip install -r benchmarks/embed/requirements.txt
    .deps/bench/bin/python benchmarks/embed/compare.py

The network is written to ONNX from the weights Fieldmark uses, BatchNorm folded, so every engine has the same
arithmetic to do. Fieldmark gets bytes and normalises them within the time measured; the others get float input
that is ready, which favours them. Each engine runs in a process of its own, the engines take turns in every round
(so that a busy or throttled machine hits all of them), and the figure of an engine is the median of its rounds.
Ratios are Fieldmark's rate divided by the other's, the median over the rounds of the ratio within a round.
"""
import argparse
import importlib.util
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIZE = 224
EPSILON = 1e-3
STAGES = [(3, 1), (3, 2), (5, 2), (3, 2), (5, 1), (5, 2), (3, 1)]
ENGINES = ["fieldmark", "fieldmark-onednn", "onnxruntime", "openvino", "pytorch"]


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], np.float32).reshape(entry["shape"])
        for name, entry in header.items()
    }


def same_padding(size, kernel, stride):
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def write_onnx(weights, batch, path):
    """Conv, Clip, Add and a global mean: what an exporter makes of the network after folding."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], [
        numpy_helper.from_array(np.float32(0), "zero"),
        numpy_helper.from_array(np.float32(6), "six"),
    ]
    size = SIZE

    def convolve(source, conv, norm, stride=1, depthwise=False, relu6=True):
        nonlocal size
        factor = weights[norm + ".weight"] / np.sqrt(weights[norm + ".running_var"].astype(np.float64) + EPSILON)
        weight = weights[conv + ".weight"] * factor[:, None, None, None]
        bias = weights[norm + ".bias"] - weights[norm + ".running_mean"] * factor
        constants.append(numpy_helper.from_array(weight.astype(np.float32), conv + ".w"))
        constants.append(numpy_helper.from_array(bias.astype(np.float32), conv + ".b"))
        kernel = weight.shape[-1]
        before, behind = same_padding(size, kernel, stride)
        nodes.append(
            helper.make_node(
                "Conv",
                [source, conv + ".w", conv + ".b"],
                [conv],
                kernel_shape=[kernel, kernel],
                strides=[stride, stride],
                pads=[before, before, behind, behind],
                group=weight.shape[0] if depthwise else 1,
            )
        )
        size = -(-size // stride)
        if not relu6:
            return conv
        nodes.append(helper.make_node("Clip", [conv, "zero", "six"], [conv + ".relu6"]))
        return conv + ".relu6"

    x = convolve("input", "_conv_stem", "_bn0", 2)
    stage, width, block = -1, None, 0
    while (prefix := f"_blocks.{block}.") + "_project_conv.weight" in weights:
        out = weights[prefix + "_project_conv.weight"].shape[0]
        first, width = out != width, out
        stage += first
        y = x
        if prefix + "_expand_conv.weight" in weights:
            y = convolve(y, prefix + "_expand_conv", prefix + "_bn0")
        y = convolve(y, prefix + "_depthwise_conv", prefix + "_bn1", STAGES[stage][1] if first else 1, True)
        y = convolve(y, prefix + "_project_conv", prefix + "_bn2", relu6=False)
        if not first:
            nodes.append(helper.make_node("Add", [x, y], [prefix + "sum"]))
            y = prefix + "sum"
        x, block = y, block + 1
    x = convolve(x, "_conv_head", "_bn1")
    nodes.append(helper.make_node("GlobalAveragePool", [x], ["mean"]))
    nodes.append(helper.make_node("Flatten", ["mean"], ["embedding"]))
    graph = helper.make_graph(
        nodes,
        "efficientnet-lite0",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [batch, 1280])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def load_converter():
    spec = importlib.util.spec_from_file_location("convert", f"{ROOT}/packaging/convert_efficientnet_lite.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_runner(engine, model_folder, batch, threads):
    """A function from float32 input (batch, 3, 224, 224) to embeddings, not normalised or normalised."""
    weights = read_safetensors(f"{model_folder}/weights.safetensors")
    if engine == "pytorch":
        import torch

        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        network = load_converter()
        tensors = {n: torch.from_numpy(w.copy()) for n, w in weights.items()}
        tensors = {n: t.contiguous(memory_format=torch.channels_last) if t.dim() == 4 else t for n, t in tensors.items()}
        # The reference network takes bytes; give it back the bytes this input was made of.
        return lambda x: network.embed(
            tensors, torch.from_numpy(np.round(x * 128 + 127).astype(np.uint8)).permute(0, 2, 3, 1).contiguous()
        ).numpy()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.onnx"
        write_onnx(weights, batch, path)
        if engine == "onnxruntime":
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            return lambda x: session.run(None, {"input": x})[0]
        import openvino

        core = openvino.Core()
        compiled = core.compile_model(
            core.read_model(path),
            "CPU",
            {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": "1", "INFERENCE_PRECISION_HINT": "f32"},
        )
        return lambda x: compiled(x)[0]


def time_engine(engine, model_folder, batch, threads, seconds):
    run = make_runner(engine, model_folder, batch, threads)
    pictures = load_converter().synthetic_pictures(batch, SIZE).numpy()
    x = np.ascontiguousarray(((pictures.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2))
    for _ in range(3):
        embeddings = run(x)
    embeddings = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    reference = read_safetensors(f"{model_folder}/reference.safetensors")["embeddings"]
    compared = min(batch, len(reference))
    times, begin = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        run(x)
        times.append(time.perf_counter() - start)
    return {
        "images_per_second": batch / statistics.median(times),
        "difference": float(np.abs(embeddings[:compared] - reference[:compared]).max()),
    }


def run_engine(engine, options, batch):
    if engine.startswith("fieldmark"):
        command = [options.loop, "--batch", str(batch), "--threads", str(options.threads)]
        command += ["--seconds", str(options.seconds)]
        command += ["--engine", "onednn" if engine.endswith("onednn") else "best"]
    else:
        command = [sys.executable, os.path.abspath(__file__), "--one", engine, "--one-batch", str(batch)]
        command += ["--threads", str(options.threads), "--seconds", str(options.seconds), "--model", options.model]
    environment = dict(os.environ, FIELDMARK_MODELS=os.path.dirname(options.model))
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{engine} failed:\n{result.stderr}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loop", default=f"{ROOT}/build/release/bin/fieldmark_bench_embed", help="the built program")
    parser.add_argument("--model", default=f"{ROOT}/.deps/models/efficientnet-lite0", help="folder of the model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="for each engine in each round")
    parser.add_argument("--batch", type=int, action="append", help="may be repeated; default 16 and 1")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="may be repeated; default all")
    parser.add_argument("--json", action="store_true", help="print every measurement as JSON")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--one-batch", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.model = os.path.abspath(options.model)
    if options.one:
        warnings.simplefilter("ignore")
        print(json.dumps(time_engine(options.one, options.model, options.one_batch, options.threads, options.seconds)))
        return

    report = []
    engines = options.engine or ENGINES
    for batch in options.batch or [16, 1]:
        rates = {engine: [] for engine in engines}
        for _ in range(options.rounds):
            for engine in engines:
                rates[engine].append(run_engine(engine, options, batch))
        print(f"batch {batch}, {options.threads} threads, {options.rounds} rounds of {options.seconds:g} s", flush=True)
        for engine in engines:
            values = [r["images_per_second"] for r in rates[engine]]
            line = f"  {engine:18} {statistics.median(values):7.1f} images/s  ({min(values):.1f} to {max(values):.1f})"
            if engine != "fieldmark" and "fieldmark" in rates:
                own = [r["images_per_second"] for r in rates["fieldmark"]]
                ratio = statistics.median(a / b for a, b in zip(own, values))
                line += f"  fieldmark is {ratio:.2f} times as fast"
            if "difference" in rates[engine][0]:
                line += f"  (embeddings within {rates[engine][0]['difference']:.1e} of the reference)"
            print(line, flush=True)
            report.append({"batch": batch, "engine": engine, "rounds": rates[engine]})
    if options.json:
        print(json.dumps({"threads": options.threads, "seconds": options.seconds, "results": report}))


if __name__ == "__main__":
    main()

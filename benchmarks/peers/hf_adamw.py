"""Transformers' own AdamW, as it was until version 4 (version 5 has none), and its linear schedule.

It is not torch.optim.AdamW: eps is added before the bias correction, and the decay, decoupled, comes after the step.
"""

import math

import torch


class HfAdamW(torch.optim.Optimizer):
    def __init__(self, groups, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(groups, {"lr": 0.0, "betas": betas, "eps": eps, "weight_decay": 0.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state.update(step=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                state["step"] += 1
                m, v, t = state["m"], state["v"], state["step"]
                m.mul_(beta1).add_(p.grad, alpha=1 - beta1)
                v.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
                size = group["lr"] * math.sqrt(1 - beta2**t) / (1 - beta1**t)
                p.addcdiv_(m, v.sqrt().add_(group["eps"]), value=-size)
                p.add_(p, alpha=-group["lr"] * group["weight_decay"])


def groups(model, weight_decay):
    """Biases and LayerNorm's parameters do not decay."""
    plain = lambda name: name.endswith(".bias") or ".LayerNorm." in name
    named = list(model.named_parameters())
    return [
        {"params": [p for n, p in named if not plain(n)], "weight_decay": weight_decay},
        {"params": [p for n, p in named if plain(n)], "weight_decay": 0.0},
    ]


def linear_schedule(step, warmup, total):
    """What the learning rate is multiplied with at a step, counted from 0: the first step of a warm-up has 0."""
    return step / max(1, warmup) if step < warmup else max(0.0, (total - step) / max(1, total - warmup))

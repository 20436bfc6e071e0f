"""Contrastive training steps in PyTorch with AMP, the peer of TrainBenchmark: queries with 8 passages each, as Tevatron v1 does it.

    torch_train_step.py MODEL TIMED_ROWS COMPARED_ROWS STEPS [--device cuda] [--queries 8]

Requests on standard input, an answer a line:
    run SETTING       trains from the start: {"ms": [...]}, each step after the first
    memory            the most memory resident so far, MiB
    losses SETTING    the losses of five steps without dropout on the rows to compare
SETTING is TYPE-PADDING: bf16 (autocast), fp16 (autocast with loss scaling) or fp32; full (to 32 and 128 tokens, as Tevatron pads) or
longest. Losses are those of the AdamW that Tevatron was written with; timed is PyTorch's fused one, which is faster and puts epsilon elsewhere.
"""

import argparse
import pathlib
import resource
import time
import types

import torch
import transformers
from hf_adamw import HfAdamW, groups, linear_schedule
from tevatron_parts import IdTokenizer, QPCollator, TrainDataset, retriever, settings
from torch_requests import device, finish, serve
from train_tevatron import rows

PASSAGES = 8
COMPARED_STEPS = 5
TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": None}


class LongestCollator(QPCollator):
    """Pads to the longest of a batch, not of all."""

    def __call__(self, features):
        queries, passages = [f[0] for f in features], sum((f[1] for f in features), [])
        longest = lambda texts: max(len(text["input_ids"]) for text in texts)
        return (self.tokenizer.pad(queries, max_length=longest(queries)), self.tokenizer.pad(passages, max_length=longest(passages)))


class Training:
    def __init__(self, options):
        self.options, self.where = options, device(options.device)
        self.timed, self.compared = rows([options.timed_rows]), rows([options.compared_rows])

    def answer(self, what, setting=""):
        if what == "memory":
            return {"mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
        kind, padding = setting.split("-")
        losses = what == "losses"
        found, milliseconds = self.train(TYPES[kind], padding, losses)
        return {"losses": found} if losses else {"ms": milliseconds}

    def train(self, kind, padding, compared):
        transformers.set_seed(42)
        steps = COMPARED_STEPS if compared else self.options.steps
        model = retriever(self.options.model, settings(self.options.model)).to(self.where).train()
        if compared:
            for module in model.modules():
                if isinstance(module, torch.nn.Dropout):
                    module.p = 0.0
                elif hasattr(module, "dropout_prob"):  # SDPA is given a number
                    module.dropout_prob = 0.0
            model.lm_q.config.attention_probs_dropout_prob = 0.0
        highest, warmup = (1e-5, 0) if compared else (5e-6, steps // 10)
        if compared:
            optimizer = HfAdamW(groups(model, 0.0))
        else:
            optimizer = torch.optim.AdamW(groups(model, 0.0), eps=1e-8, fused=self.where.type == "cuda")
        scaler = torch.amp.GradScaler(self.where.type, enabled=kind == torch.float16)
        losses, milliseconds, previous = [], [], None
        for step, (query, passage) in zip(range(steps), self.batches(padding, compared)):
            for group in optimizer.param_groups:
                group["lr"] = highest * linear_schedule(step, warmup, steps)
            query, passage = ({k: v.to(self.where, non_blocking=True) for k, v in side.items()} for side in (query, passage))
            with torch.autocast(self.where.type, kind, enabled=kind is not None):
                loss = model(query=query, passage=passage).loss
            optimizer.zero_grad(set_to_none=True)
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            losses.append(loss.item())
            finish(self.where)
            now = time.perf_counter()
            if previous is not None:
                milliseconds.append((now - previous) * 1e3)
            previous = now
        return losses, milliseconds

    def batches(self, padding, compared):
        data = types.SimpleNamespace(
            train_n_passages=PASSAGES, q_max_len=32, p_max_len=128, positive_passage_no_shuffle=False, negative_passage_no_shuffle=False)
        trainer = types.SimpleNamespace(state=types.SimpleNamespace(epoch=0), args=types.SimpleNamespace(seed=42))
        collator = (LongestCollator if padding == "longest" else QPCollator)(IdTokenizer())
        dataset = TrainDataset(data, self.compared if compared else self.timed, IdTokenizer(), trainer)
        loader = torch.utils.data.DataLoader(
            dataset, self.options.queries, shuffle=True, drop_last=True, collate_fn=collator, pin_memory=self.where.type == "cuda")
        while True:
            yield from loader
            trainer.state.epoch += 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("timed_rows", type=pathlib.Path)
    parser.add_argument("compared_rows", type=pathlib.Path)
    parser.add_argument("steps", type=int)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--queries", type=int, default=8)
    serve(Training(parser.parse_args()).answer)

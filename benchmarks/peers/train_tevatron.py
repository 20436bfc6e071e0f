"""Trains a retriever in PyTorch as Tevatron v1 does, the peer of `javatron train`: fp32 on the CPU, dropout as in config.json.

    scripts/peers benchmarks/peers/train_tevatron.py --model M --train DIR... --output OUT [--max-steps N | --epochs N] ...

M is a model directory (javatron.json says pooling and normalisation), the training folders hold splitNN.json with token ids. Every
sequence is padded to its greatest length, as Tevatron pads. Prints a JSON line every --log-steps steps and one at the end.
--tevatron CHECKOUT takes data set, collator and model from Tevatron's own code (tag 0.1.0); without it the same rules, written again.
"""

import argparse
import hashlib
import json
import math
import pathlib
import shutil
import time
import types

import torch
import transformers
from hf_adamw import HfAdamW, groups, linear_schedule
from tevatron_parts import IdTokenizer, parts, retriever, settings


def rows(folders):
    files = [f for folder in folders for f in sorted(pathlib.Path(folder).glob("*.json"))]
    return [json.loads(line) for f in files for line in f.read_text("utf-8").splitlines()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--train", nargs="+", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--train-n-passages", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=5e-6)
    parser.add_argument("--warmup-ratio", type=float, default=0.1)
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--query-max-length", type=int, default=32)
    parser.add_argument("--passage-max-length", type=int, default=128)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--log-steps", type=int, default=20)
    parser.add_argument("--tevatron")
    options = parser.parse_args()

    begun = time.time()
    torch.set_num_threads(options.threads)
    transformers.set_seed(options.seed)
    TrainDataset, QPCollator, DenseModel = parts(options.tevatron)
    model = retriever(options.model, settings(options.model, options.temperature), DenseModel).train()
    trainer = types.SimpleNamespace(state=types.SimpleNamespace(epoch=0), args=options)
    # The names Tevatron's DataArguments have.
    data = types.SimpleNamespace(
        train_n_passages=options.train_n_passages, q_max_len=options.query_max_length, p_max_len=options.passage_max_length,
        positive_passage_no_shuffle=False, negative_passage_no_shuffle=False)
    tokenizer = IdTokenizer()
    dataset = TrainDataset(data, rows(options.train), tokenizer, trainer)
    loader = torch.utils.data.DataLoader(
        dataset, options.batch_size, sampler=torch.utils.data.RandomSampler(dataset), drop_last=True,
        collate_fn=QPCollator(tokenizer, max_q_len=options.query_max_length, max_p_len=options.passage_max_length))
    if len(loader) == 0:
        raise SystemExit(f"{len(dataset)} rows do not fill one batch of {options.batch_size}")
    total = options.max_steps or len(loader) * options.epochs
    warmup = math.ceil(options.warmup_ratio * total)
    optimizer = HfAdamW(groups(model, options.weight_decay))

    step, losses = 0, []
    while step < total:
        for query, passage in loader:
            if step == total:
                break
            for group in optimizer.param_groups:
                group["lr"] = options.learning_rate * linear_schedule(step, warmup, total)
            loss = model(query=query, passage=passage).loss
            model.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            step += 1
            if step % options.log_steps == 0 or step == total:
                mean = sum(losses[-options.log_steps :]) / len(losses[-options.log_steps :])
                print(json.dumps({"step": step, "steps": total, "loss": mean, "seconds": round(time.time() - begun, 1)}), flush=True)
        trainer.state.epoch += 1

    model.lm_q.save_pretrained(options.output)
    for name in ("vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        if pathlib.Path(options.model, name).exists():
            shutil.copyfile(pathlib.Path(options.model, name), options.output / name)
    manifest = json.loads(pathlib.Path(options.model, "javatron.json").read_text("utf-8"))
    manifest["weights_sha256"] = hashlib.sha256((options.output / "model.safetensors").read_bytes()).hexdigest()
    manifest["provenance"] = {"source": str(options.model), "written_by": "train_tevatron.py"}
    (options.output / "javatron.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    print(json.dumps({"steps": total, "rows": len(dataset), "first_loss": losses[0], "last_loss": mean,
                      "seconds": round(time.time() - begun, 1)}))


if __name__ == "__main__":
    main()

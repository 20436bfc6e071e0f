"""Tevatron v1's data set, collator and model: its own classes from a checkout of tag 0.1.0, or the same rules written again."""

import dataclasses
import importlib.machinery
import json
import pathlib
import random
import sys
import types

import torch
import transformers


class IdTokenizer:
    """The two methods Tevatron calls of a tokenizer, for texts that are ids already (Transformers 5 dropped the first)."""

    cls, sep, pad_id = 101, 102, 0

    def prepare_for_model(self, ids, max_length, **_):
        return {"input_ids": [self.cls, *ids[: max_length - 2], self.sep]}

    def pad(self, features, max_length, **_):
        ids = torch.full((len(features), max_length), self.pad_id)
        mask = torch.zeros_like(ids)
        for row, feature in enumerate(features):
            length = len(feature["input_ids"])
            ids[row, :length] = torch.tensor(feature["input_ids"])
            mask[row, :length] = 1
        return {"input_ids": ids, "attention_mask": mask}


class TrainDataset(torch.utils.data.Dataset):
    def __init__(self, data_args, dataset, tokenizer, trainer=None):
        self.args, self.rows, self.tokenizer, self.trainer = data_args, dataset, tokenizer, trainer

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, item):
        row, epoch, seed = self.rows[item], int(self.trainer.state.epoch), item + self.trainer.args.seed
        n = self.args.train_n_passages - 1
        negatives = list(row["negatives"])
        if len(negatives) < n:
            negatives = random.choices(negatives, k=n)
        else:
            offset = epoch * n % max(1, len(negatives))
            random.Random(seed).shuffle(negatives)
            negatives = (negatives * 2)[offset : offset + n]
        positive = row["positives"][(seed + epoch) % len(row["positives"])]
        encode = lambda ids, length: self.tokenizer.prepare_for_model(ids, max_length=length)
        return encode(row["query"], self.args.q_max_len), [encode(p, self.args.p_max_len) for p in [positive, *negatives]]


@dataclasses.dataclass
class QPCollator:
    tokenizer: IdTokenizer
    max_q_len: int = 32
    max_p_len: int = 128

    def __call__(self, features):
        queries, passages = [f[0] for f in features], sum((f[1] for f in features), [])
        return self.tokenizer.pad(queries, max_length=self.max_q_len), self.tokenizer.pad(passages, max_length=self.max_p_len)


class DenseModel(torch.nn.Module):
    def __init__(self, lm_q, lm_p):
        super().__init__()
        self.lm_q, self.lm_p = lm_q, lm_p

    def forward(self, query=None, passage=None):
        q = None if query is None else self.encode_query(query)
        p = None if passage is None else self.encode_passage(passage)
        loss = None
        if q is not None and p is not None:
            target = torch.arange(len(q), device=q.device) * (len(p) // len(q))
            loss = torch.nn.functional.cross_entropy(self.compute_similarity(q, p), target)
        return types.SimpleNamespace(q_reps=q, p_reps=p, loss=loss)


def parts(checkout):
    """(TrainDataset, QPCollator, DenseModel), Tevatron's own if a checkout is given."""
    if checkout is None:
        return TrainDataset, QPCollator, DenseModel
    # Tevatron names the type `datasets.Dataset`; its rows may be any list.
    stub = types.ModuleType("datasets")
    stub.Dataset, stub.__spec__ = object, importlib.machinery.ModuleSpec("datasets", None)
    sys.modules.setdefault("datasets", stub)
    sys.path.insert(0, str(pathlib.Path(checkout, "src")))
    import tevatron.data
    import tevatron.modeling

    return tevatron.data.TrainDataset, tevatron.data.QPCollator, tevatron.modeling.DenseModel


@dataclasses.dataclass
class Settings:
    """How a model directory makes one embedding of a text; temperature divides the scores in training alone."""

    pooling: str
    normalize: bool
    temperature: float = 1.0


def settings(folder, temperature=1.0):
    manifest = json.loads(pathlib.Path(folder, "javatron.json").read_text("utf-8"))
    return Settings(manifest["pooling"], manifest["normalize"], temperature)


def retriever(folder, how, base=DenseModel):
    """The checkpoint in a folder as Tevatron's model: CLS and raw dot product unless the settings say otherwise."""

    class Retriever(base):
        def encode(self, batch):
            hidden = self.lm_q(**batch, return_dict=True).last_hidden_state
            if how.pooling == "mean":
                mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)
                vectors = (hidden * mask).sum(1) / mask.sum(1)
            else:
                vectors = hidden[:, 0]
            return torch.nn.functional.normalize(vectors, dim=-1) if how.normalize else vectors

        def encode_query(self, qry):
            return None if qry is None else self.encode(qry)

        def encode_passage(self, psg):
            return None if psg is None else self.encode(psg)

        def compute_similarity(self, q_reps, p_reps):
            return q_reps @ p_reps.T / how.temperature

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    model = transformers.BertModel.from_pretrained(folder, add_pooling_layer=False)
    return Retriever(lm_q=model, lm_p=model)

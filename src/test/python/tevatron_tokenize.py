"""Tokenizes a corpus as Tevatron's MS MARCO scripts do: title [SEP] text, ids without special tokens, 128 at most.

    scripts/peers src/test/python/tevatron_tokenize.py MODEL CORPUS_FOLDER OUT.jsonl
"""

import gzip
import json
import os
import sys

from tokenizers import Tokenizer


def lines(folder, name):
    path = os.path.join(folder, name)
    opened = gzip.open(path + ".gz", "rb") if os.path.exists(path + ".gz") else open(path, "rb")
    with opened as f:
        for line in f:
            yield line.decode("utf-8").rstrip("\n").split("\t", 1)


def main(model, folder, out_path):
    tokenizer = Tokenizer.from_file(os.path.join(model, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    titles = dict(lines(folder, "para.title.txt"))
    with open(out_path, "w") as out:
        for pid, text in lines(folder, "para.txt"):
            ids = tokenizer.encode(titles.get(pid, "") + "[SEP]" + text, add_special_tokens=False).ids
            out.write(json.dumps({"text_id": pid, "text": ids}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

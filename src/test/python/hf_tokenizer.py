"""The arbiter: Hugging Face `tokenizers` with BERT's parts, as a library for generators and as a batch program for tests.

    scripts/peers src/test/python/hf_tokenizer.py options.json texts.jsonl answers.bin

options.json: vocab (path), lowercase, strip_accents, clean_text, chinese, added (list of AddedToken arguments), and for pairs
max_length and strategy. texts.jsonl: a JSON string a line, or a list of two for pairs, then with special tokens around.
answers.bin, little-endian int32: per line n, then n ids, n starts, n ends (code points), and for pairs n type ids.
"""

import json
import sys

import numpy as np
from tokenizers import AddedToken, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def build(options):
    vocab = options["vocab"]
    if isinstance(vocab, str):
        vocab = WordPiece.read_file(vocab)
    model = WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=options.get("clean_text", True),
        handle_chinese_chars=options.get("chinese", True),
        strip_accents=options.get("strip_accents"),
        lowercase=options.get("lowercase", True),
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", tokenizer.token_to_id("[SEP]")), ("[CLS]", tokenizer.token_to_id("[CLS]"))
    )
    tokenizer.add_special_tokens(SPECIAL)
    for added in options.get("added", []):
        tokenizer.add_tokens([AddedToken(**added)])
    return tokenizer


def truncate(tokenizer, options):
    if "max_length" in options:
        tokenizer.enable_truncation(options["max_length"], strategy=options["strategy"])


def main(options_path, texts_path, answers_path):
    with open(options_path, encoding="utf-8") as f:
        options = json.load(f)
    tokenizer = build(options)
    truncate(tokenizer, options)
    with open(texts_path, encoding="utf-8") as texts, open(answers_path, "wb") as answers:
        chunk = []

        def flush():
            pairs = bool(chunk) and isinstance(chunk[0], list)
            inputs = [tuple(x) for x in chunk] if pairs else chunk
            for e in tokenizer.encode_batch(inputs, add_special_tokens=pairs):
                starts, ends = [a for a, _ in e.offsets], [b for _, b in e.offsets]
                row = [len(e.ids), *e.ids, *starts, *ends]
                answers.write(np.asarray(row + e.type_ids if pairs else row, dtype="<i4").tobytes())
            chunk.clear()

        for line in texts:
            chunk.append(json.loads(line))
            if len(chunk) == 10000:
                flush()
        flush()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Trains a WordPiece vocabulary with Hugging Face tokenizers on lines of text.

wordpiece_trainer.py TEXTS SIZE MIN_FREQUENCY LOWERCASE FIRST OUTPUT

FIRST holds pieces to begin with, one a line: the special tokens, the alphabet, the ## characters. The library would number
the ## characters, and choose among equally rare letters, in the order of a hash table; given all of them, every tie is fixed.
"""

import sys

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

texts, size, min_frequency, lowercase, first, output = sys.argv[1:]
tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase == "true")
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
with open(first, encoding="utf-8", newline="\n") as lines:
    begin = [line.rstrip("\n") for line in lines]
alphabet = [piece for piece in begin if len(piece) == 1]
trainer = trainers.WordPieceTrainer(
    vocab_size=int(size),
    min_frequency=int(min_frequency),
    limit_alphabet=len(alphabet),
    initial_alphabet=alphabet,
    special_tokens=begin,
    show_progress=False,
)
with open(texts, encoding="utf-8", newline="\n") as lines:
    tokenizer.train_from_iterator((line.rstrip("\n") for line in lines), trainer)
pieces = sorted(tokenizer.get_vocab().items(), key=lambda piece: piece[1])
with open(output, "w", encoding="utf-8", newline="\n") as out:
    out.writelines(piece + "\n" for piece, _ in pieces)

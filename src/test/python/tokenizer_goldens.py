"""Writes src/test/resources/golden/tokenizer: awkward strings with the ids and offsets Hugging Face gives them.

    scripts/peers src/test/python/tokenizer_goldens.py src/test/resources/golden/tokenizer

vocab.txt: a small vocabulary of the strings' own characters and random pieces of their words, so that long, short and failing
matches all occur. cases.json: per kind of options the cases {text, ids, starts, ends}; offsets are code points.
"""

import hashlib
import json
import os
import random
import sys

import tokenizers
from hf_tokenizer import SPECIAL, build, truncate

SEED = 7
KINDS = {
    "uncased": {},
    "cased": {"lowercase": False},
    "uncased, accents kept": {"strip_accents": False},
    "cased, accents stripped": {"lowercase": False, "strip_accents": True},
    "CJK not spaced": {"chinese": False},
    "not cleaned": {"clean_text": False},
}
TEXTS = [
    "",
    " ",
    "\t\n\r",
    "Hello, World!",
    "unaffable unaffably UNAFFABLE",
    "The U.S.A. isn't $3.50 (about) e-mail@example.com",
    "caf\u00e9 cafe\u0301 CAF\u00c9 na\u00efve \u00c5ngstr\u00f6m \u212bngstrom",
    "\u0130stanbul I\u0307 \u0131stanbul TITLE title \u0399\u03a3\u03a4\u039f\u03a3 \u03c3\u03c2",
    "stra\u00dfe STRASSE \u1e9e \ufb01ne \u01c4 \u01c5 \u1fb3 \u1f88",
    "\u4e2d\u56fd\u4eba \u65e5\u672c\u8a9e\u306e\u30c6\u30b9\u30c8 \u304c \u304b\u3099 \uf900 \U00020000 \U0002f800 \u3005\u3007",
    "\ud55c\uad6d\uc5b4 \uac01 \u1100\u1161\u11a8",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0e44\u0e17\u0e22 \u0627\u0644\u0639\u0631\u0628\u064a\u064e\u0629 \u05e9\u05c1\u05dc\u05d5\u05dd",
    "\u1b44\u0323\u1baa a\u302e\u0316b x\u1d165\u0316 \u0315\u0300\u05ae\u0327b",
    "\u0344 \u0f73 \u0f75\u0f71 \u0958 \u1e9b\u0323 \u226e \u037e \u1fef \u2126",
    "emoji \U0001f600 \U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \u2764\ufe0f \U0001d4b3 \U00010400",
    "zero\u200bwidth soft\u00adhyphen bom\ufeff nul\u0000l bad\ufffd bell\u0007 del\u007f",
    "nbsp\u00a0em\u2003ideo\u3000line\u2028para\u2029nel\u0085vt\u000bff\u000cogham\u1680mongol\u180e",
    "private\ue000use tag\U000e0041 unassigned\u0378 nonchar\uffff plane\U000fffff",
    "[CLS] what is [MASK] ? [SEP] [sep] [SEP][PAD] a[SEP]b [[SEP]] [SEP [UNK] ##able",
    "quote\u2019s \u201cdouble\u201d \u2013 \u2014 \u2026 \u00bf\u00a1 \u00ab\u00bb \u20ac\u00a3\u00a5 \u00b0 \u00d7 \u2122 ` ~ ^ | < > = +",
    "a" * 99,
    "a" * 100,
    "a" * 101,
    "\u00e9" * 100 + " " + "e\u0301" * 101 + " " + "\uac01" * 33 + " " + "\uac01" * 34,
    "x" * 250 + " after",
    "abcabcabcabd abcabcabcabc abcabd",
]
PAIRS = [
    ("what is a caper bud", "a caper is a bud that is not yet open, picked in the morning"),
    ("one two three four five six seven eight nine ten", "one two three"),
    ("", "only the second"),
    ("only the first", ""),
    ("caf\u00e9 [SEP] \U0001f600", "\u4e2d\u56fd"),
]


def vocabulary():
    rng = random.Random(SEED)
    tokens = list(SPECIAL)
    words = []
    for options in ({}, {"lowercase": False, "chinese": False}, {"strip_accents": False, "lowercase": False}):
        scratch = build({"vocab": {t: i for i, t in enumerate(SPECIAL)}, **options})
        for text in TEXTS + [t for pair in PAIRS for t in pair]:
            normalized = scratch.normalizer.normalize_str(text)
            words += [w for w, _ in scratch.pre_tokenizer.pre_tokenize_str(normalized)]
    words = sorted(set(words))
    pieces = {"abc", "abcabcabcab", "##abc", "##d", "##c", "a", "##a", "##aaaaa", "un", "##aff", "##able"}
    for word in words:
        # Whole words, beginnings and insides; some characters are left out so that some words fail.
        if rng.random() < 0.4:
            pieces.add(word[:20])
        for _ in range(3):
            i = rng.randrange(len(word))
            j = min(len(word), i + rng.randint(1, 4))
            pieces.add(word[:j] if i == 0 else "##" + word[i:j])
        for k, c in enumerate(word[:30]):
            if rng.random() < 0.75:
                pieces.add(c if k == 0 else "##" + c)
    return tokens + sorted(p for p in pieces if p.strip() and not any(c.isspace() for c in p))


def main(folder):
    vocab = os.path.join(folder, "vocab.txt")
    with open(vocab, "w", encoding="utf-8", newline="\n") as out:
        out.write("".join(t + "\n" for t in vocabulary()))
    cases = {}
    for kind, options in KINDS.items():
        tokenizer = build({"vocab": vocab, **options})
        cases[kind] = []
        for text in TEXTS:
            e = tokenizer.encode(text, add_special_tokens=False)
            starts, ends = [a for a, _ in e.offsets], [b for _, b in e.offsets]
            cases[kind].append({"text": text, "ids": e.ids, "starts": starts, "ends": ends})
    pairs = []
    for strategy, lengths in [("longest_first", (3, 6, 9, 12, 15, 64)), ("only_first", (18, 64)), ("only_second", (14, 64))]:
        for length in lengths:
            tokenizer = build({"vocab": vocab})
            truncate(tokenizer, {"max_length": length, "strategy": strategy})
            for first, second in PAIRS:
                case = {"first": first, "second": second, "strategy": strategy, "max_length": length}
                try:
                    e = tokenizer.encode(first, second)
                    case.update(ids=e.ids, types=e.type_ids, special=e.special_tokens_mask)
                except Exception:
                    case.update(refused=True)
                pairs.append(case)
    with open(os.path.join(folder, "cases.json"), "w", encoding="ascii", newline="\n") as out:
        json.dump({"texts": cases, "pairs": pairs}, out)
        out.write("\n")
    with open(os.path.join(folder, "MANIFEST"), "w", encoding="ascii", newline="\n") as out:
        out.write("made by: scripts/peers src/test/python/tokenizer_goldens.py src/test/resources/golden/tokenizer\n")
        out.write(f"versions: tokenizers {tokenizers.__version__}\nseed: {SEED}\nsha256:\n")
        for name in ("cases.json", "vocab.txt"):
            with open(os.path.join(folder, name), "rb") as f:
                out.write(f"  {hashlib.sha256(f.read()).hexdigest()}  {name}\n")


if __name__ == "__main__":
    main(sys.argv[1])

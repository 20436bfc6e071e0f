"""Asks Hugging Face `tokenizers` what it knows of every Unicode code point and writes it as a table.

    scripts/peers src/test/python/unicode_tables.py src/main/resources/org/javatron/tokenize/characters.txt

`tokenizers` mixes three Rust crates with Unicode tables of different ages, and every Java release has its own.
So the tokenizer ships this table and gives the same ids on every Java. Nothing is read from a Unicode file:
each property is what the library does with the character.
"""

import sys
import unicodedata

import tokenizers
from tokenizers import AddedToken, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
HANGUL = range(0xAC00, 0xD7A4)


def bert(**on):
    options = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**options, **on}).normalize_str


def ranges(members):
    out = []
    for c in sorted(members):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    # Surrogates are never asked about; a range may run over them.
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in out)


def mapping(pairs):
    return "\n".join(f"{c:X} {' '.join(f'{ord(x):X}' for x in to)}" for c, to in pairs)


def combining_classes(nfd):
    """A mark moves before another only if its class is lower and neither is 0: enough to find every class."""
    lowest, highest = "\u0334", "\u0345"  # classes 1 and 240

    def combines(x):
        return nfd(highest + x) != highest + x or nfd(x + lowest) != x + lowest or x in (lowest, highest)

    # One mark of each class, proposed by Python and confirmed by how the library orders them.
    known = {}
    for c in CODE_POINTS:
        k = unicodedata.combining(chr(c))
        if k and k not in known and nfd(chr(c)) == chr(c) and combines(chr(c)):
            known[k] = chr(c)
    order = sorted(known)
    for low, high in zip(order, order[1:]):
        assert nfd(known[high] + known[low]) == known[low] + known[high], (low, high)
    classes = {}
    for c in CODE_POINTS:
        x = chr(c)
        if nfd(x) != x or not combines(x):
            continue
        # The class is that whose mark it neither overtakes nor lets pass.
        equal = [k for k in order if nfd(known[k] + x) == known[k] + x and nfd(x + known[k]) == x + known[k]]
        assert len(equal) == 1, (hex(c), equal)
        classes.setdefault(equal[0], []).append(c)
    return classes


def main(path):
    clean, cjk, strip = bert(clean_text=True), bert(handle_chinese_chars=True), bert(strip_accents=True)
    nfd = normalizers.NFD().normalize_str
    lower = normalizers.Lowercase().normalize_str
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str

    whole = Tokenizer(WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    whole.add_special_tokens([AddedToken("@@@", single_word=True)])
    stripping = Tokenizer(WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    stripping.add_special_tokens([AddedToken("@@@", lstrip=True, rstrip=True)])

    removed, space, punctuation, chinese, marks, word, strips = [], [], [], [], [], [], []
    decomposed, lowered = [], []
    for c in CODE_POINTS:
        x = chr(c)
        cleaned = clean(f"a{x}b")
        if cleaned == "ab":
            removed.append(c)
        pieces = len(split(f"a{x}b"))
        if pieces == 2:
            space.append(c)
        elif pieces == 3:
            punctuation.append(c)
        # Cleaning turns exactly the whitespace that it leaves into spaces.
        if cleaned != "ab" and x != " ":
            assert (cleaned == "a b") == (pieces == 2), hex(c)
        if cjk(x) != x:
            assert cjk(x) == f" {x} "
            chinese.append(c)
        if nfd(x) == x:
            if strip(f"a{x}") == "a":
                marks.append(c)
        elif c not in HANGUL:
            decomposed.append((c, nfd(x)))
        if lower(x) != x:
            lowered.append((c, lower(x)))
        if whole.encode(f"{x}@@@").ids[-1] != 2:
            word.append(c)
        if stripping.encode(f"a{x}@@@").offsets[-1][0] == 1:
            strips.append(c)
    assert strips == space, "what added tokens strip is what words split at"
    for c in HANGUL:
        s = c - 0xAC00
        jamo = chr(0x1100 + s // 588) + chr(0x1161 + s % 588 // 28) + (chr(0x11A7 + s % 28) if s % 28 else "")
        assert nfd(chr(c)) == jamo

    classes = combining_classes(nfd)
    with open(path, "w", encoding="ascii") as out:
        out.write(f"# What Hugging Face tokenizers {tokenizers.__version__} knows of each code point; made by unicode_tables.py.\n")
        out.write("# Ranges are hexadecimal, ends included. Hangul syllables, which decompose by arithmetic, are left out.\n")
        for name, members in [
            ("removed", removed),
            ("space", space),
            ("punctuation", punctuation),
            ("chinese", chinese),
            ("mark", marks),
            ("word", word),
        ]:
            out.write(f"[{name}]\n{ranges(members)}\n")
        for k in sorted(classes):
            out.write(f"[class {k}]\n{ranges(classes[k])}\n")
        out.write(f"[decomposed]\n{mapping(decomposed)}\n")
        out.write(f"[lowered]\n{mapping(lowered)}\n")


if __name__ == "__main__":
    main(sys.argv[1])

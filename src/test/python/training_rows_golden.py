"""Golden training rows: docs/collection through Tevatron v1's own scripts.

    scripts/peers src/test/python/training_rows_golden.py CHECKOUT src/test/resources/golden/training-rows

CHECKOUT as for tevatron_script.py, which runs the scripts: their shuffle leaves the order, so nothing here is random.
"""

import hashlib
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

import tokenizers
import transformers

ROOT = pathlib.Path(__file__).resolve().parents[3]
COLLECTION = ROOT / "docs/collection"
VOCABULARY = ROOT / "src/test/resources/golden/tokenizer/vocab.txt"
QUERIES = 12


def table(path):
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()]


def corpus_reader():
    if importlib.util.find_spec("datasets") is None:
        return "the corpus read by tevatron_script.py's stand-in for datasets"
    import datasets

    return f"datasets {datasets.__version__}"


def script(checkout, name, **options):
    words = [word for key, value in options.items() for word in ("--" + key, str(value))]
    driver = str(pathlib.Path(__file__).with_name("tevatron_script.py"))
    subprocess.run([sys.executable, driver, checkout, name, *words], check=True)


def main(checkout, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    positives = {}
    for query, _, passage, _ in table(COLLECTION / "qrels.tsv"):
        positives.setdefault(query, []).append(passage)
    corpus = len(table(COLLECTION / "corpus.tsv"))
    judged = list(positives)[:QUERIES]
    # Rankings that go through the corpus in steps, with a relevant passage in the second place, and negatives that leave those out.
    ranking = {q: [str((31 * i + 7 * k) % corpus) for k in range(7)] for i, q in enumerate(judged)}
    for query in judged:
        if positives[query][0] not in ranking[query]:
            ranking[query].insert(1, positives[query][0])
    negatives = {q: [p for p in ranking[q] if p not in positives[q]] for q in judged}
    run = "".join(f"{q}\t{p}\t{100 - k}.5\n" for q in judged for k, p in enumerate(ranking[q]))
    (out / "run.tsv").write_text(run, "utf-8")
    (out / "negatives.tsv").write_text("".join(f"{q}\t{','.join(negatives[q])}\n" for q in judged), "utf-8")
    triples = "".join(f"{q}\t{positives[q][0]}\t{n}\r\n" for q in judged for n in negatives[q])
    (out / "triples.tsv").write_bytes(triples.encode())

    with tempfile.TemporaryDirectory() as work:
        model, work = pathlib.Path(work, "model"), pathlib.Path(work)
        model.mkdir()
        (model / "vocab.txt").write_text(VOCABULARY.read_text("utf-8"), "utf-8")
        (model / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": True}))
        files = {"qrels": COLLECTION / "qrels.tsv", "queries": COLLECTION / "queries.tsv", "collection": COLLECTION / "corpus.tsv"}
        cut = {"tokenizer_name": model, "truncate": 24}
        script(checkout, "build_train.py", **cut, **files, negative_file=out / "negatives.tsv", save_to=work, n_sample=30, shard_size=5)
        script(checkout, "build_train_hn.py", **cut, **files, hn_file=out / "run.tsv", save_to=work, n_sample=30, depth=4)
        script(checkout, "tokenize_queries.py", tokenizer_name=model, query_file=files["queries"], save_to=work / "queries.json")
        script(checkout, "tokenize_passages.py", tokenizer_name=model, file=files["collection"], save_to=work / "corpus", n_splits=9)
        for shard in sorted(work.glob("split*.json")):
            (out / shard.name).write_bytes(shard.read_bytes())
        # Too large to keep; a hash says as much about bytes.
        tokenized = [work / "queries.json", *sorted((work / "corpus").iterdir())]
        hashes = "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in tokenized)
        (out / "tokenized.sha256").write_text(hashes)

    kept = sorted(f for f in out.iterdir() if f.name != "MANIFEST")
    lines = [
        f"made by: scripts/peers src/test/python/training_rows_golden.py CHECKOUT {out}",
        f"with CHECKOUT of Tevatron v1 ({pathlib.Path(checkout).name}); its scripts' shuffle leaves the order",
        f"versions: transformers {transformers.__version__}, tokenizers {tokenizers.__version__}, {corpus_reader()}",
        "sha256:",
        *(f"  {hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}" for f in kept),
    ]
    (out / "MANIFEST").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Downloads a model with huggingface_hub itself, or finds it in a cache, and prints the snapshot's folder.

Usage: hub_snapshot.py ENDPOINT CACHE ID REVISION online|offline
"""
import os
import sys

endpoint, cache, model, revision, mode = sys.argv[1:]
os.environ["HF_ENDPOINT"] = endpoint
os.environ["HF_HUB_OFFLINE"] = "0"  # the endpoint is a server of the test on this machine
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HOME"] = cache + "-home"

from huggingface_hub import snapshot_download  # noqa: E402 (reads the variables when imported)

print(
    snapshot_download(
        model,
        revision=revision,
        cache_dir=cache,
        local_files_only=mode == "offline",
        ignore_patterns=["README.md", "*.h5"],
    )
)

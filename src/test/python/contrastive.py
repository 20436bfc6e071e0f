"""What the peers of training share: a BERT under PyTorch, the contrastive loss of a batch, and the gradients of every parameter.

Sequences are token ids with [CLS] and [SEP], padded to the longest and masked, so padding changes nothing. Dropout is off. Id 0 must not
occur: Hugging Face gives the padding token's row no gradient.
"""

import torch
import transformers


def load(folder, dtype=torch.float32):
    """The folder's BERT without its pooler, which takes no part in retrieval and so gets no gradient."""
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return transformers.BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager", dtype=dtype).eval()


def embed(model, sequences, pooling, normalize):
    longest = max(map(len, sequences))
    ids = torch.tensor([s + [0] * (longest - len(s)) for s in sequences])
    mask = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences])
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    if pooling == "mean":
        weight = mask.unsqueeze(-1).to(hidden.dtype)
        vectors = (hidden * weight).sum(1) / weight.sum(1)
    else:
        vectors = hidden[:, 0]
    return torch.nn.functional.normalize(vectors, dim=-1) if normalize else vectors


def forward(model, batch, pooling="cls", normalize=False, temperature=1.0, shift=0):
    """Vectors and the in-batch cross-entropy: of n passages a query the first is its target, or the one `shift` places on."""
    queries = embed(model, batch["queries"], pooling, normalize)
    passages = embed(model, batch["passages"], pooling, normalize)
    target = torch.arange(len(queries)) * (len(passages) // len(queries)) + shift
    loss = torch.nn.functional.cross_entropy(queries @ passages.T / temperature, target)
    return queries, passages, loss


def gradients(model, batch, **options):
    """queries, passages, loss, and gradient.NAME for each parameter under its Hugging Face name."""
    model.zero_grad()
    queries, passages, loss = forward(model, batch, **options)
    loss.backward()
    tensors = {"queries": queries, "passages": passages, "loss": loss.reshape(1)}
    tensors.update({"gradient." + name: p.grad for name, p in model.named_parameters()})
    return {name: t.detach().float().contiguous().clone() for name, t in tensors.items()}

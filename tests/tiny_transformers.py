"""Folders of tiny models of transformers, with tokenizers of the usual kinds: the weights are random."""

from __future__ import annotations

import json

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TEXTS = (
    "the film is an absolute joy to watch , and the acting is superb .",
    "a dull and lifeless story that never gets anywhere .",
    "Wörter mit Umlauten: schöne Grüße, naïve café.",
    "電影很好看 映画が好き",
    "it's a don't-miss; you'll laugh, you'll cry!",
)


def wordpiece(lowercase=True):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        TEXTS, trainers.WordPieceTrainer(vocab_size=200, special_tokens=special, show_progress=False)
    )
    ends = [(each, tokenizer.token_to_id(each)) for each in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    return tokenizer


def byte_level():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        TEXTS,
        trainers.BpeTrainer(
            vocab_size=330,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer


def unigram(split=True):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=split)
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
        unk_token="<unk>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def save_model(folder, kind="bert", tokenizer=None, sentence=None, **config):
    """Write a model of transformers with random weights, its tokenizer, and files of sentence-transformers.

    `sentence` are those files by their paths in the folder.
    """
    import torch
    from embedkit_transformers.architecture import quiet
    from transformers import AutoConfig, AutoModel, AutoModelForTextEncoding

    tokenizer = tokenizer or wordpiece()
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
    small |= {"max_position_embeddings": 64, "vocab_size": tokenizer.get_vocab_size()}
    folder.mkdir(parents=True, exist_ok=True)
    made = AutoConfig.for_model(kind, **(small | config))
    auto = AutoModelForTextEncoding if kind in ("t5", "bert") else AutoModel
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(3)
        auto.from_config(made).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    pad = tokenizer.id_to_token(made.pad_token_id) if made.pad_token_id is not None else None
    files = {"tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": pad}}
    for name, content in (files | (sentence or {})).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return folder


def modules(*names):
    """Return modules.json for a transformer followed by the modules `names`, such as Pooling."""
    entries = [("Transformer", ""), *((name, f"{i}_{name}") for i, name in enumerate(names, start=1))]
    return [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"}
        for i, (name, path) in enumerate(entries)
    ]


def pooling(*modes, dim=32):
    """Return the configuration of a Pooling module, as most models have it."""
    return {"word_embedding_dimension": dim} | {f"pooling_mode_{mode}": True for mode in modes}

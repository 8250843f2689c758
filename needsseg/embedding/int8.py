"""Sentence vectors with ONNX Runtime in int8, for many texts on a machine without a GPU: nearly the same, and faster.

The model is exported once from the one at hand into a private folder of the user's cache; after that PyTorch is not
loaded. Weights are quantised to seven bits per channel, so that no processor's eight-bit arithmetic overflows and all of
them reckon the same; activations are quantised as they come. Each text runs alone, since activations share one scale
and a neighbour would change the row: that makes a text's vector its own whatever the batch, and is faster besides.
"""

from __future__ import annotations

import json
import warnings
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

from needsseg.embedding.catalogue import Model
from needsseg.embedding.encoder import Encoder
from needsseg.embedding.onnx import each_alone, runtime_module, session
from needsseg.embedding.sentence_transformers import loaded_from
from needsseg.errors import NeedssegError, UsageError
from needsseg.files import private_folder

OPSET = 17
PROBES = (
    "Nobody knew who had it.",
    "The board wants one page by Friday, and I copy it together from four tools.",
    "ok",
    "Wir haben drei Mal gefragt, wer es übernimmt; am Ende hat es niemand gemacht, und der Kunde rief an. " * 5,
)
# The published model loses .01 to int8 on these texts; a larger loss means another model.
LEAST_LIKENESS = 0.95
MOST_AT_ONCE = 100_000


def open_int8(model: Model, folder: Path | None = None) -> Encoder:
    """The model in int8 from ``folder``, or from the user's cache, into which it is exported where it is not there yet.

    UsageError where the extra is not installed, NeedssegError where a model cannot be exported.
    """
    from tokenizers import Tokenizer

    model_folder = folder or exported(model)
    try:
        opened = session(str(model_folder / "model.onnx"))
        tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
        meta = json.loads((model_folder / "meta.json").read_text(encoding="utf-8"))
    except Exception as error:
        raise NeedssegError(
            f"The exported model in {model_folder} cannot be read: {error}", "Delete that folder."
        ) from error
    return Encoder(str(meta["key"]), int(meta["dimensions"]), each_alone(opened, tokenizer), MOST_AT_ONCE)


def exported(model: Model) -> Path:
    """Return the folder with the model in int8, its tokenizer and its identification; exported if missing."""
    import platformdirs

    _require_onnx()
    cache = Path(platformdirs.user_cache_dir("needsseg")) / "onnx"
    key = f"{model.sha256}-int8-{version('onnxruntime')}-{version('torch').partition('+')[0]}"
    folder = cache / key
    if folder.is_dir():
        return folder
    with ExitStack() as stack:
        try:
            cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            new_folder = stack.enter_context(private_folder(cache, "export")) / key
            new_folder.mkdir(mode=0o700)
        except OSError as error:
            raise NeedssegError(
                f"{cache} cannot be written: {error.strerror}.", "Set XDG_CACHE_HOME to a folder of your own."
            ) from error
        _export(model, new_folder, key)
        if not folder.is_dir():  # another program may have exported it meanwhile
            new_folder.rename(folder)
    return folder


def _export(model: Model, folder: Path, key: str) -> None:
    import numpy as np

    runtime_module()
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    loaded = loaded_from(model, "cpu", model_kwargs={"attn_implementation": "eager"})
    full_model, prepared = folder / "whole.onnx", folder / "prepared.onnx"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter warns of each of Python's branches
            _trace(loaded, full_model)
        quant_pre_process(str(full_model), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared), str(folder / "model.onnx"), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
    except Exception as error:
        raise NeedssegError(
            f"{model.name} cannot be exported for ONNX Runtime: {str(error).splitlines()[0]}", "Set backend to onnx."
        ) from error
    full_model.unlink()
    prepared.unlink()
    tokenizer = loaded.tokenizer.backend_tokenizer
    tokenizer.no_padding()
    tokenizer.enable_truncation(loaded.max_seq_length or loaded.tokenizer.model_max_length)
    tokenizer.save(str(folder / "tokenizer.json"))
    reference = loaded.encode(list(PROBES), normalize_embeddings=True, show_progress_bar=False)
    (folder / "meta.json").write_text(json.dumps({"key": key, "dimensions": reference.shape[1]}), encoding="utf-8")
    alike = float(np.min(np.sum(reference * open_int8(model, folder).vectors(PROBES), axis=1)))
    if alike < LEAST_LIKENESS:
        raise NeedssegError(
            f"{model.name} loses too much in int8: a text's vectors are only {alike:.2f} alike.",
            "Set backend to onnx.",
        )


def _trace(loaded: Any, file: Path) -> None:
    """Export the model for one text at a time, from tokens to its vector: without padding, and thus without mask."""
    import torch

    types = "token_type_ids" in loaded.tokenizer.model_input_names

    class Alone(torch.nn.Module):  # type: ignore[misc]  # torch is not looked into
        def __init__(self) -> None:
            super().__init__()
            self.model = loaded

        def forward(self, input_ids: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)}
            if types:
                features["token_type_ids"] = torch.zeros_like(input_ids)
            return self.model(features)["sentence_embedding"]

    sample = loaded.tokenizer(PROBES[1], return_tensors="pt")["input_ids"]
    torch.onnx.export(
        Alone().eval(), (sample,), str(file), input_names=["input_ids"], output_names=["vector"],
        dynamic_axes={"input_ids": {0: "texts", 1: "tokens"}, "vector": {0: "texts"}},
        opset_version=OPSET, dynamo=False,
    )  # fmt: skip


def _require_onnx() -> None:
    """UsageError where the package that exports and quantises is not installed."""
    from importlib.util import find_spec

    if find_spec("onnx") is None:
        raise UsageError(
            "onnx is not installed, which the back end int8 needs.",
            "pip install 'needsseg[int8]', or set backend to onnx.",
        )

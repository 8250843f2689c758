"""Writes the bundled model's graph without its weights: ``python -m needsseg.embedding.make_graph`` (extra ``int8``).

The weights stay in the model's package. Their names in the graph are those of ``model.safetensors``, so that the two are
put together when the model is loaded. One text at a time is computed: without padding, and thus without a mask.
"""

from __future__ import annotations

from typing import Any

from needsseg.embedding.catalogue import locate
from needsseg.embedding.onnx import GRAPH
from needsseg.embedding.sentence_transformers import loaded_from

OPSET = 17
WEIGHTS = "model.safetensors"


def main() -> None:
    """Write ``GRAPH``: from token ids, int64 (1, tokens), to the mean of the tokens' vectors, float32 (1, 384)."""
    GRAPH.write_bytes(graph())


def graph() -> bytes:
    """The graph as ``GRAPH`` holds it, made anew from the installed model."""
    return without_weights(_traced())


def _traced() -> Any:
    import io

    import onnx
    import torch

    loaded = loaded_from(locate(), "cpu", model_kwargs={"attn_implementation": "eager"})

    class Alone(torch.nn.Module):  # type: ignore[misc]  # torch is not looked into
        def __init__(self) -> None:
            super().__init__()
            self.bert = loaded[0].auto_model

        def forward(self, input_ids: Any) -> Any:
            tokens = self.bert(input_ids=input_ids, token_type_ids=torch.zeros_like(input_ids))
            return tokens.last_hidden_state.mean(dim=1)

    sample = loaded.tokenizer("The board wants one page by Friday.", return_tensors="pt")["input_ids"]
    written = io.BytesIO()
    torch.onnx.export(
        Alone().eval(), (sample,), written, input_names=["input_ids"], output_names=["vector"],
        dynamic_axes={"input_ids": {0: "texts", 1: "tokens"}, "vector": {0: "texts"}},
        opset_version=OPSET, dynamo=False, do_constant_folding=False,  # folding would rename the weights
    )  # fmt: skip
    return onnx.load_from_string(written.getvalue())


def without_weights(model: Any) -> bytes:
    """The graph with each weight named as in the weights' file and its values left out; no note on where it was made."""
    from onnx import TensorProto

    renamed = {}
    for weight in model.graph.initializer:
        if weight.name.startswith("bert."):
            renamed[weight.name] = weight.name = weight.name.removeprefix("bert.")
            weight.ClearField("raw_data")
            weight.ClearField("float_data")
            weight.data_location = TensorProto.EXTERNAL
            weight.external_data.add(key="location", value=WEIGHTS)
    for node in model.graph.node:
        node.doc_string = ""
        node.input[:] = [renamed.get(name, name) for name in node.input]
    written: bytes = model.SerializeToString(deterministic=True)
    return written


if __name__ == "__main__":
    main()

"""
A model that computes in bfloat16, where the processor does so by itself: half of the bits, and products that take less.

The vector of a text must not depend on which other texts are in its batch. Products of bfloat16 numbers do, since the
processor adds them up in an order that goes by the number of rows, and a rounding to 8 bits shows what one to 24 hides.
So every product here is of the same number of rows, and texts are filled up to a multiple of the numbers that are added
up at once. What is left is exact zeros.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from tagger.errors import ModelError

_ROWS = 1024
_ABLE = ("amx_bf16", "avx512_bf16")


class _Steady(nn.Linear):
    """A layer in bfloat16 that multiplies the same number of rows each time."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002 - torch's own name
        """Return the products of rows, (..., in_features), as (..., out_features)."""
        rows = input.reshape(-1, self.in_features).to(self.weight.dtype)
        parts = nn.functional.pad(rows, (0, 0, 0, -len(rows) % _ROWS)).view(-1, _ROWS, self.in_features)
        made = torch.cat([nn.functional.linear(part, self.weight, self.bias) for part in parts])
        return made[: len(rows)].reshape(*input.shape[:-1], self.out_features)


def able() -> bool:
    """Say whether this processor multiplies bfloat16 numbers; others imitate it, and take many times as long."""
    has = torch.cpu.get_capabilities()
    return any(has.get(name, False) for name in _ABLE)


def quicken(model: Any, name: str) -> None:
    """
    Have the layers of a model compute in bfloat16.

    Raises:
        ModelError: this processor does not.
    """
    if not able():
        raise ModelError(
            f"the processor of this machine has no fast mode for the encoder {name}",
            remedy='Write precision = "exact" under [model] in study.toml: here that is the faster one',
        )
    for module in model.modules():
        if type(module) is nn.Linear:
            module.to(torch.bfloat16)
            module.__class__ = _Steady

"""The random formulas against PyTorch (`-m pytorch`): values and gradients to ten digits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from cases import each
from test_random_formulas import FORMULAS, NUMPY, Table, formulas, lane, worked

torch: Any = pytest.importorskip("torch")
functional: Any = torch.nn.functional
CLOSE = 1e-10
pytestmark = pytest.mark.pytorch
Tensor = Any


def reduced(name: str) -> Any:
    """A reduction of everything, or along an axis."""

    def work(a: Tensor, axis: int | None = None) -> Tensor:
        if axis is None:
            return getattr(a, name)()
        found = getattr(a, name)(dim=lane(a, axis))
        return found.values if name in ("max", "min") else found

    return work


def softmax(a: Tensor, axis: int = 1, causal: int = 0) -> Tensor:
    if causal:
        a = a.masked_fill(torch.ones(a.shape).tril() == 0, -math.inf)
    return functional.softmax(a, dim=lane(a, axis))


def attention(Q: Tensor, K: Tensor, V: Tensor, scale: float = 0, causal: int = 0) -> Tensor:
    return functional.scaled_dot_product_attention(Q, K, V, is_causal=bool(causal), scale=1 / scale if scale else None)


def layernorm(a: Tensor, *affine: Tensor, axis: int = 1, eps: float = 1e-5) -> Tensor:
    turned = a.T if axis == 0 and a.ndim == 2 else a
    found = functional.layer_norm(turned, turned.shape[-1:], *affine, eps=eps)
    return found.T if turned is not a else found


def conv2d(x: Tensor, k: Tensor, *b: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    image, kernel = (x, k) if x.ndim == 3 else (x[None], k[None, None])
    bias = b[0].reshape(-1) if b else None
    found = functional.conv2d(image[None], kernel, bias, stride, padding)[0]
    return found if x.ndim == 3 else found[0]


def pooled(name: str) -> Any:
    """Pooling of one image; PyTorch wants channels."""

    def work(x: Tensor, size: int = 2, stride: int | None = None) -> Tensor:
        found = getattr(functional, name)(x.reshape(-1, *x.shape[-2:]), size, stride)
        return found.reshape(*x.shape[:-2], *found.shape[-2:])

    return work


def classes(t: Tensor) -> Tensor:
    return t.reshape(-1).long()


def cross_entropy(z: Tensor, t: Tensor, from_probabilities: int = 0) -> Tensor:
    rows = z.reshape(-1, z.shape[-1])
    if t.shape == z.shape:
        t = t.reshape(rows.shape)
        return -(t * rows.log()).sum() / len(rows) if from_probabilities else functional.cross_entropy(rows, t)
    return (
        functional.nll_loss(rows.log(), classes(t))
        if from_probabilities
        else functional.cross_entropy(rows, classes(t))
    )


def hinge(z: Tensor, t: Tensor) -> Tensor:
    if t.shape == z.shape:
        return (1 - t * z).clamp(min=0).mean()
    rows = z.reshape(-1, z.shape[-1])
    return functional.multi_margin_loss(rows, classes(t)) * rows.shape[-1]


def bce(p: Tensor, t: Tensor, from_scores: int = 0) -> Tensor:
    loss = functional.binary_cross_entropy_with_logits if from_scores else functional.binary_cross_entropy
    return loss(p, t)


def huber(p: Tensor, t: Tensor, delta: float = 1) -> Tensor:
    return functional.huber_loss(p, t, delta=float(delta))


TORCH: Table = {
    **{name: NUMPY[name] for name in ("neg", "add", "sub", "mul", "div", "matmul", "dot", "pow", "pick", "same")},
    "number": lambda number: torch.tensor(float(number), dtype=torch.float64),
    "outer": torch.outer,
    "transpose": lambda a: a.T if a.ndim == 2 else a,
    "exp": torch.exp,
    "poisson": functional.poisson_nll_loss,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "relu": functional.relu,
    "leaky_relu": lambda a, slope=0.01: functional.leaky_relu(a, slope),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": lambda a: functional.softplus(a, threshold=1000),
    "gelu": functional.gelu,
    "sum": reduced("sum"),
    "mean": reduced("mean"),
    "max": reduced("max"),
    "min": reduced("min"),
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "softmax": softmax,
    "log_softmax": lambda a, axis=1: functional.log_softmax(a, dim=lane(a, axis)),
    "layernorm": layernorm,
    "reshape": lambda a, shape: a.reshape(shape),
    "flatten": torch.flatten,
    "concat": lambda *parts, axis: torch.cat(parts, dim=axis),
    "conv2d": conv2d,
    "maxpool": pooled("max_pool2d"),
    "avgpool": pooled("avg_pool2d"),
    "embedding": lambda E, ids: functional.embedding(ids.long(), E),
    "one_hot": lambda ids, classes: functional.one_hot(ids.long(), classes).double(),
    "argmax": lambda a: a.argmax(dim=-1).double(),
    "neuron": lambda x, w, b: torch.dot(w, x) + b,
    "dense": lambda X, W, b: functional.linear(X, W.T) + b,
    "attention": attention,
    "mse": functional.mse_loss,
    "half_mse": lambda p, t: functional.mse_loss(p, t) / 2,
    "sse": lambda p, t: functional.mse_loss(p, t, reduction="sum"),
    "half_sse": lambda p, t: functional.mse_loss(p, t, reduction="sum") / 2,
    "mae": functional.l1_loss,
    "bce": bce,
    "cross_entropy": cross_entropy,
    "hinge": hinge,
    "huber": huber,
}
"""Every operation by PyTorch's own function, where it has one."""


def test_every_operation_is_compared() -> None:
    assert set(TORCH) == set(NUMPY)


def close(found: Any, expected: Tensor) -> bool:
    """Whether all numbers agree to ten digits, as measured by the largest of them."""
    ours, theirs = np.asarray(found, dtype=float), expected.detach().numpy()
    scale = float(abs(theirs).max())
    return ours.shape == theirs.shape and bool((abs(ours - theirs) <= CLOSE * scale + 1e-14).all())


@each("seed", range(FORMULAS))
def test_values_and_gradients_agree_with_pytorch(seed: int) -> None:
    formula = formulas()[seed]
    given = {name: torch.tensor(data, dtype=torch.float64) for name, data in formula.given.items()}
    for name in formula.movable:
        given[name].requires_grad_()
    loss = formula.value(given, TORCH, lambda found: found)
    loss.backward()
    work, found = worked(formula, formula.given)
    assert close(work.answer.data, loss), formula.text
    for name, gradient in zip(formula.movable, found, strict=True):
        expected = given[name].grad if given[name].grad is not None else torch.zeros(given[name].shape)
        assert close(gradient.data, expected), (name, formula.text)

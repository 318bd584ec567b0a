"""Limited-memory BFGS, the usual method for smooth convex problems with many unknowns.

Written here because SciPy, which has it, would add 143 MB to the container
(docs/decisions/), and because the space of the examples needs an inner product of
its own. Nocedal and Wright, "Numerical Optimization", algorithms 7.4 and 3.1.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    Inner = Callable[[Array, Array], float]

__all__ = ["minimise"]

_MEMORY = 4
_DECREASE = 1e-4
_MAX_HALVINGS = 20
_SLOW_STEPS = 2


@dataclass(frozen=True, slots=True)
class _Pair:
    """A step and how the gradient turned along it; ``inverse`` of their product."""

    change: Array
    turn: Array
    inverse: float


def minimise(
    loss: Callable[[Array], tuple[float, Array]], start: Array, inner: Inner, *, tolerance: float, steps: int
) -> tuple[Array, float]:
    """The point where ``loss`` (value and gradient) is least in the space whose product is ``inner``, and that value.

    Stops when two steps running gain less than ``tolerance`` of the value, or after
    ``steps``. The first step only finds the scale of the problem and never ends it.
    """
    point = start
    value, gradient = loss(point)
    history: deque[_Pair] = deque(maxlen=_MEMORY)
    slow = 0
    for step in range(steps):
        direction = _direction(gradient, history, inner)
        slope = inner(gradient, direction)
        if slope >= 0:
            break
        length = 1.0 if history else 1.0 / max(1e-12, float(np.sqrt(-slope)))
        for _ in range(_MAX_HALVINGS):
            moved = point + np.float32(length) * direction
            new_value, new_gradient = loss(moved)
            if new_value <= value + _DECREASE * length * slope:
                break
            length /= 2
        else:
            break
        change, turn = np.float32(length) * direction, new_gradient - gradient
        curvature = inner(change, turn)
        if curvature > 0:
            history.append(_Pair(change, turn, 1.0 / curvature))
        slow = slow + 1 if step and value - new_value <= tolerance * max(1.0, abs(new_value)) else 0
        point, value, gradient = moved, new_value, new_gradient
        if slow == _SLOW_STEPS:
            break
    return point, value


def _direction(gradient: Array, history: deque[_Pair], inner: Inner) -> Array:
    direction = -gradient
    if not history:
        return direction
    shares = []
    # One place for every product: a new one each time costs as much again in memory pages.
    scaled = np.empty_like(gradient)
    for pair in reversed(history):
        share = pair.inverse * inner(pair.change, direction)
        direction -= np.multiply(pair.turn, np.float32(share), out=scaled)
        shares.append(share)
    last = history[-1]
    direction *= np.float32(1.0 / (last.inverse * inner(last.turn, last.turn)))
    for pair, share in zip(history, reversed(shares), strict=True):
        left = np.float32(share - pair.inverse * inner(pair.turn, direction))
        direction += np.multiply(pair.change, left, out=scaled)
    return direction

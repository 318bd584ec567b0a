"""Limited-memory BFGS, the usual method for smooth convex problems with many unknowns.

Written here because SciPy, which has it, adds 143 MB to the container
(docs/decisions/). Nocedal and Wright, "Numerical Optimization", algorithms 7.4 and 3.1.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float32]

__all__ = ["minimise"]

_MEMORY = 8
_DECREASE = 1e-4
_MAX_HALVINGS = 20
_SLOW_STEPS = 2


def minimise(loss: Callable[[Array], tuple[float, Array]], start: Array, *, tolerance: float, steps: int) -> Array:
    """The point where ``loss`` (value and gradient) is least.

    Stops when two steps running gain less than ``tolerance`` of the value, or after
    ``steps``. The first step only finds the scale of the problem and never ends it.
    """
    point = start
    value, gradient = loss(point)
    history: deque[tuple[Array, Array, float]] = deque(maxlen=_MEMORY)
    slow = 0
    for step in range(steps):
        direction = _direction(gradient, history)
        slope = float(gradient @ direction)
        if slope >= 0:
            break
        length = 1.0 if history else 1.0 / max(1e-12, float(np.abs(gradient).sum()))
        for _ in range(_MAX_HALVINGS):
            moved = point + np.float32(length) * direction
            new_value, new_gradient = loss(moved)
            if new_value <= value + _DECREASE * length * slope:
                break
            length /= 2
        else:
            break
        change, turn = moved - point, new_gradient - gradient
        curvature = float(change @ turn)
        if curvature > 0:
            history.append((change, turn, 1.0 / curvature))
        slow = slow + 1 if step and value - new_value <= tolerance * max(1.0, abs(new_value)) else 0
        point, value, gradient = moved, new_value, new_gradient
        if slow == _SLOW_STEPS:
            break
    return point


def _direction(gradient: Array, history: deque[tuple[Array, Array, float]]) -> Array:
    direction = -gradient
    shares = []
    for change, turn, inverse in reversed(history):
        share = inverse * float(change @ direction)
        direction = direction - np.float32(share) * turn
        shares.append(share)
    if history:
        change, turn, inverse = history[-1]
        direction = direction * np.float32(1.0 / (inverse * float(turn @ turn)))
    for (change, turn, inverse), share in zip(history, reversed(shares), strict=True):
        direction = direction + np.float32(share - inverse * float(turn @ direction)) * change
    return direction

"""What all tests share: property tests that try enough, and the same way on every machine."""

from __future__ import annotations

import os

from hypothesis import settings

# Several threads for the small products of a test town slow each other down on a busy machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# No deadline: a busy machine is not a defect. Twenty-five tries keep the core suite under five seconds.
settings.register_profile("parvis", max_examples=25, deadline=None, derandomize=True)
settings.load_profile("parvis")

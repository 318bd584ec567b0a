"""What all tests share: property tests that try enough, and the same way on every machine."""

from __future__ import annotations

from hypothesis import settings

# No deadline: a busy machine is not a defect. Twenty-five tries keep the core suite under five seconds.
settings.register_profile("parvis", max_examples=25, deadline=None, derandomize=True)
settings.load_profile("parvis")

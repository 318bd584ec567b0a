"""Parvis: the core that answers a town's residents from verified knowledge."""

__version__ = "0.1.0"

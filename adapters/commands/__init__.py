"""The commands of `parvis`, one module each."""

"""How Parvis is, told to operators: health, readiness, figures."""

"""How well and how fast Parvis answers, measured beside what else could have been used.

No part of the bot imports this package, and no test measures time.
"""

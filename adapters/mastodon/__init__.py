"""Mastodon, and the networks that speak its language (GoToSocial, Pleroma, snac)."""

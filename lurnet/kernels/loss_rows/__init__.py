"""Losses, a number for each row of outputs."""

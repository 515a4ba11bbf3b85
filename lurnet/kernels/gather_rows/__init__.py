"""Rows of arrays in the host's memory."""

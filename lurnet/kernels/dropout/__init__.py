"""Dropout and its random bits."""

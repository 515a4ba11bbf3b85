"""Sums and means of all numbers."""

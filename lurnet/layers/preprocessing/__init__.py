"""Layers that prepare data: scaling, categories, and random changes of images."""

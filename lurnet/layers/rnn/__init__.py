"""Layers over sequences: recurrent ones, and wrappers that apply a layer along time."""

"""The ground floor: knows tensors, names and settings, nothing about neural networks."""

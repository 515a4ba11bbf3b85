"""Max-pooling."""

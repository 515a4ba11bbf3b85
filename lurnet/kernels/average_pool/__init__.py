"""Average-pooling."""

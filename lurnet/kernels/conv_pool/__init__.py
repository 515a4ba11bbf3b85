"""A convolution with the max-pooling after it."""

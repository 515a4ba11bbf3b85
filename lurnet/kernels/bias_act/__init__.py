"""The bias and the activation after a product or a convolution."""

"""What all kernels share: the library, calls of it, derivatives, when they apply."""

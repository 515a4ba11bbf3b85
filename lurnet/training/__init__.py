"""Training: one compiled loop, and the host that drives it."""

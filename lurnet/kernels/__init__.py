"""How sums, losses and updates are computed on this device: one folder for each kernel."""

"""What can be trained on: arrays, and streams of batches."""

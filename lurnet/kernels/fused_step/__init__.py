"""An optimizer's step for all weights in one call."""

"""A model as text and as a diagram: ``model.summary()`` and ``utils.plot_model``."""

"""Files of Keras 1 and 2: configs translated as data, arrays brought into today's order."""

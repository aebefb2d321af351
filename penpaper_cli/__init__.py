"""pp works the mathematics of machine learning step by step, the way a careful student does on paper."""

__version__ = "0.1.0"

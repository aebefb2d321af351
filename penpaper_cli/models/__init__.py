"""Models that learn from data: scaling, layers, descent, experiments, saved models and least squares."""

"""Models that learn from data: their kinds, scaling, layers, descent, experiments, saved models and least squares."""

"""From work to scripts: the recorded lines as programs for NumPy, PyTorch and TensorFlow."""

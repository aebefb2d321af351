"""The recorded run: values, operations on them, and the gradients that are written on the same paper."""

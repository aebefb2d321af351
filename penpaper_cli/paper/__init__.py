"""The recorded run: values, the operations that wrote them, and the gradients that are written on the same paper.

What comes in is arrays; what operations there are, the paper learns from them.
"""

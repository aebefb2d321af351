"""What a command comes to: the closed set of blocks that renderers draw, and the calculation as a script."""

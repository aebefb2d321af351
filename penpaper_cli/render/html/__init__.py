"""HTML with MathML: the notation, drawings and the page."""

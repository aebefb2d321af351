"""The formats. A renderer sees the solution and knows layout; it holds neither mathematics nor English.

A notation draws an expression (`maths` decides the brackets, `drawn` what is wide and where it breaks), a renderer the
blocks. What comes in is blocks and expressions: no paper, no operations, no arrays.
"""

"""Numbers and the tree of scalar working: written, evaluated, checked, and the functions in it, an entry for each.

What comes in is one number at a time: nothing here knows of arrays, formats or sentences.
"""

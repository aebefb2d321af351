"""Numbers and the tree of scalar working: written, evaluated, checked. It knows nothing of arrays."""

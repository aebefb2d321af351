"""The commands: a new one is one function in a family, and one line here that says which."""

FAMILIES = {
    "dot": "products",
    "matmul": "products",
    "solve": "formula",
    "forward": "network",
    "loss": "network",
    "grad": "network",
    "step": "network",
    "train": "training",
    "fit": "fit",
    "look": "look",
    "predict": "predicting",
    "ops": "catalogue",
    "schema": "catalogue",
}

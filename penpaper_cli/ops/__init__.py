"""The operations, by family. Importing this package registers them all in OPS."""

from penpaper_cli.ops import elementwise, losses, products, reductions
from penpaper_cli.paper import OPS

__all__ = ["OPS", "elementwise", "losses", "products", "reductions"]

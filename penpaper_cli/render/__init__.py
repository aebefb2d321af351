"""The formats. A renderer sees the solution and knows layout; it holds neither mathematics nor English."""

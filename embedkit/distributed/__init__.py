"""Several processes that train together, and how they end."""

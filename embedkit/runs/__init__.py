"""A run on disk: its directory, complete or absent; what writes into it, goes on with it and reads it."""

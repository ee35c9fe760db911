"""Tools for word-vector files besides lookup: check, convert, fetch, nearest neighbours."""

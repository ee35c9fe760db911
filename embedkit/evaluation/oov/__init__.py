"""Out of vocabulary: what is missing, whether errors go with it, and what training did to the table.

One question a module, each a function from plain data to plain data.
"""

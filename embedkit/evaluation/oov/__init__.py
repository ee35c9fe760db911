"""Out-of-vocabulary analysis: missing words, their association with errors, and the drift of the table.

Each module answers one question, with functions from plain data to plain data.
"""

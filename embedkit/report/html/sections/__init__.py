"""The sections of the page of a run, each from the run to blocks."""

"""Runs on disk: the run directory, complete or absent, and the code that writes, resumes and reads it."""

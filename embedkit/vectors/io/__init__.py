"""Reading the bytes of vector files, whatever they are compressed by."""

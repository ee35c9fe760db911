"""What the formats of vector files look like."""

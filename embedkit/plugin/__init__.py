"""Finding plugins, and making components of what they register."""

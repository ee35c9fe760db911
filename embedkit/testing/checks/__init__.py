"""The checks, a module for each kind of component and one for what all kinds have in common."""

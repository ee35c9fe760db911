"""What one recipe is for: one module a task."""

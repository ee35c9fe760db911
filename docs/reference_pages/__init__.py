"""The pages of the reference that follow from the code, each as Markdown."""
